"""Privacy in the matcher: forgetting what was erased, and everything derived from a profile as one document."""
