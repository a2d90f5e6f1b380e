"""Answers of the pipeline beside what the plain evaluator and brute force say of the same question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from services.cli.bench.plain_rules import PlainQuestion, may_be_proposed, plain_profile
from services.cli.bench.random_rules import RuleSet
from services.matcher.domain.profile_rules import SourcedRule
from services.matcher.matching.calibrating import PairingBook, segment_subject
from services.matcher.matching.eligible import Scope
from services.matcher.matching.pipeline import Prepared, Ranking, match, prepare
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.legs import word_legs
from services.matcher.retrieval.segment import Segment
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.explanations import RuleSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What one answer came to."""

    seconds: float
    """Of the pipeline alone."""
    returned: int
    eligible: int
    """By the columns."""
    violations: int
    """Returned profiles that a rule of either side or a filter refuses, plainly judged."""
    is_short: bool
    """Fewer than asked for although more are eligible, by the columns or among the sampled profiles."""
    wrong_verdicts: int
    """Sampled profiles that columns and plain evaluator judge differently; all profiles under brute force."""
    equals_brute_force: bool | None
    """None where it was not worked out."""


class Checker:
    """Asks one snapshot, and judges the answers."""

    def __init__(
        self, *, snapshot: Snapshot, book: PairingBook, subjects: Sequence[str], sampled: Sequence[str], limit: int
    ) -> None:
        """`subjects`, `sampled`: ids of live profiles."""
        self._snapshot = snapshot
        self._book = book
        self._limit = limit
        self._subjects = [segment_subject(*self._found(key)) for key in subjects]
        self._plain = {
            entry.profile_id: plain_profile(entry.profile_id, entry.profile(), entry.language)
            for entry in snapshot.entries()
        }
        self._sampled = sampled

    def check(self, asked: RuleSet, *, with_brute_force: bool) -> Checked:
        """Answer one set, and judge the answer."""
        subject, scope = self._question(asked)
        started = perf_counter()
        prepared = prepare(subject, scope, self._snapshot, self._book)
        ranking = match(prepared, self._limit)
        seconds = perf_counter() - started
        question = self._plain_question(asked, subject)
        returned = [one.entry.profile_id for one in ranking.matches]
        judged = self._plain if with_brute_force else self._sampled
        verdicts = {key: may_be_proposed(question, self._plain[key]) for key in judged}
        wrong = sum(verdict != self._is_eligible(prepared, key) for key, verdict in verdicts.items())
        eligible = max(ranking.eligible, sum(verdicts.values()))
        return Checked(
            seconds=seconds,
            returned=len(returned),
            eligible=ranking.eligible,
            violations=sum(not may_be_proposed(question, self._plain[key]) for key in returned),
            is_short=len(set(returned)) < min(self._limit, eligible),
            wrong_verdicts=wrong,
            equals_brute_force=self._equals(prepared, ranking, verdicts) if with_brute_force else None,
        )

    def _question(self, asked: RuleSet) -> tuple[Subject, Scope]:
        """The subject declares the set's rules beside those that it has."""
        subject = self._subjects[asked.subject]
        declared = tuple(SourcedRule(rule=rule, source=RuleSource.DECLARED) for rule in asked.own_rules)
        attributes = replace(subject.entry.attributes, rules=(*declared, *subject.entry.attributes.rules))
        scope = Scope(target_kinds=asked.target_kinds, filters=asked.filters, rules=asked.rules, as_of=asked.as_of)
        return replace(subject, entry=replace(subject.entry, attributes=attributes)), scope

    def _plain_question(self, asked: RuleSet, subject: Subject) -> PlainQuestion:
        plain = self._plain[subject.entry.profile_id]
        return PlainQuestion(
            subject=replace(plain, rules=[*asked.own_rules, *plain.rules]),
            target_kinds=asked.target_kinds,
            filters=asked.filters,
            rules=asked.rules,
            as_of=asked.as_of,
        )

    def _equals(self, prepared: Prepared, ranking: Ranking, verdicts: Mapping[str, bool]) -> bool:
        """Every profile that may be proposed, plainly judged, scored in full and sorted: the same ids in this order."""
        scored: list[tuple[float, str]] = []
        for one in prepared.eligible:
            keys = [key for key in one.segment.row_by_id if verdicts.get(key, False)]
            here = [key for key in keys if self._found(key)[0] is one.segment]
            rows = np.array([one.segment.row_by_id[key] for key in here], dtype=np.int64)
            words = word_legs(prepared.words, one.segment.aspects)
            scores = prepared.scorer.scores(one, words, rows)
            scored += zip((-scores).tolist(), here, strict=True)
        best = [key for _, key in sorted(scored)[: self._limit]]
        return best == [one.entry.profile_id for one in ranking.matches]

    def _is_eligible(self, prepared: Prepared, key: str) -> bool:
        segment, row = self._found(key)
        return next(bool(one.mask[row]) for one in prepared.eligible if one.segment is segment)

    def _found(self, key: str) -> tuple[Segment, int]:
        found = self._snapshot.find(key)
        assert found is not None  # ids come from this snapshot
        return found
