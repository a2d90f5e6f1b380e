"""Privacy: everything kept of somebody as one document, and its erasure with a receipt."""
