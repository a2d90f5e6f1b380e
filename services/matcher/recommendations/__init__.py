"""Recommended contacts: what is new for a profile, in rounds, and the digests made of them."""
