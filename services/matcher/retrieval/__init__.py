"""Finding candidates: the dense and the lexical leg, their fusion, and the immutable snapshot both read."""
