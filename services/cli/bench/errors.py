"""What a benchmark cannot go on from."""

from services.cli.problems import CommandProblem


class BenchProblem(CommandProblem):
    """A benchmark could not be run; the message says what to change."""
