"""How likely a profile says yes, and answers at all: its own record over that of its like, shrunk."""
