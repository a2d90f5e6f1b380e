"""The catalog, the matcher and the command line."""
