"""Signals, directed scores, their fusion, reranking: pure."""
