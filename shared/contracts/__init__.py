"""Wire types only (pydantic): additive within v1, no behaviour, no tables."""
