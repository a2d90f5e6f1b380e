"""Following the catalog's change feed into the matcher's store and the served snapshot."""
