"""The system of record: profiles, their contacts, and the feed of their changes."""
