"""`liaison doctor`: what an installation lacks before it can be relied on, and what to do about it."""
