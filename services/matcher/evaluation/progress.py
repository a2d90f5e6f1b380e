"""How long work tells of its stages."""

from typing import Protocol


class StageProgress(Protocol):
    """Told of long work as it goes on."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` steps of the stage are behind us."""
        ...


def no_progress(stage: str, done: int, total: int) -> None:
    """A StageProgress that tells nobody."""
