"""Profiles: the pure rules, the SQL, the service that changes them, the routes."""
