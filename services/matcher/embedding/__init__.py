"""Texts to vectors: passages, encoders, and the store that embeds a text once."""
