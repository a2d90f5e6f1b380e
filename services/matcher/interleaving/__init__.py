"""Compares two policies on live requests: one list drafted from both, credit for what is chosen, and when to stop."""
