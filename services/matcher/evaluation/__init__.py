"""Judged sets, the metrics over them and their intervals, and the comparison of rankings."""
