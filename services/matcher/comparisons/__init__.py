"""Comparisons of two policies on live requests: started, served, counted, and ended by themselves."""
