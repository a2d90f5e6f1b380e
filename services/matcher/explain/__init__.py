"""Why each side would say yes, what is unknown, and the passages that show it: reads scores, never makes one."""
