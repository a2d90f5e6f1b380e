"""Embedding models as records: built beside the one that answers, switched to, rolled back."""
