"""Group allocation: who meets whom in which slot of a matchmaking day."""
