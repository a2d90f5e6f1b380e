"""One grade a pair out of several sources; pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median_low
from typing import Protocol

from shared.contracts.golden_sets import JudgmentSource

Qrels = dict[str, dict[str, int]]
TRUST: tuple[JudgmentSource, ...] = tuple(JudgmentSource)
"""Manual over outcome over response over clicks."""


class Judged(Protocol):
    """A judgment, wherever it is kept."""

    @property
    def subject_id(self) -> str: ...
    @property
    def target_id(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def grade(self) -> int: ...


def merged(judgments: Iterable[Judged], trust: Sequence[JudgmentSource] = TRUST) -> Qrels:
    """Grades by subject and target: the first source of `trust` that judged a pair decides; others are left out.

    Several judges of one source: the lower median of their grades, so that of two the stricter decides.
    """
    order = {source.value: place for place, source in enumerate(trust)}
    grades: defaultdict[tuple[str, str], defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in judgments:
        if one.source in order:
            grades[one.subject_id, one.target_id][order[one.source]].append(one.grade)
    qrels: Qrels = {}
    for (subject_id, target_id), by_place in sorted(grades.items()):
        qrels.setdefault(subject_id, {})[target_id] = median_low(by_place[min(by_place)])
    return qrels
