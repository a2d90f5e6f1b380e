"""What a benchmark cannot go on from."""


class BenchProblem(Exception):
    """A benchmark could not be run; the message says what to change."""
