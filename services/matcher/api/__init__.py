"""The matcher's routes and how its answers look on the wire."""
