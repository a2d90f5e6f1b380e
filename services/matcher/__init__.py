"""Derived state and decisions: embeds profiles, searches, proposes pairings."""
