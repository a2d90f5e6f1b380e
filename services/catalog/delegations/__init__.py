"""Delegations: who else may speak for an organisation's profiles in introductions."""
