"""Introductions as the matcher knows them: which pairs are not to be proposed again."""
