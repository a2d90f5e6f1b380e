"""The command line: the one place where both services are put together."""
