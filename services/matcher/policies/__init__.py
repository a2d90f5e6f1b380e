"""Ranking policies as records: documents, revisions, their states, and the one that is active."""
