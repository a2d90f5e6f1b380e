"""Profiles out: every active one, in files that can be imported again."""
