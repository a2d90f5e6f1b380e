"""API keys: made, listed, rotated, revoked; looked up for every request, told to the other services by their MAC."""
