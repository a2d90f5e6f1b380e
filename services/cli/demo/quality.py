"""nDCG@10 of judged subjects, asked through the API in batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from services.catalog.profiles.rules import profile_id
from services.cli.clients import ServiceClient
from services.matcher.evaluation.metrics import ndcg_at_k
from shared.contracts.matches import MatchBatchResponse
from shared.contracts.profiles import Kind
from shared.contracts.rules import Condition

DEPTH = 10
BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSubjects:
    """Subjects with their judged targets, both by external id."""

    source: str
    target_source: str
    target_kind: Kind
    qrels: Mapping[str, Mapping[str, int]]
    filters: tuple[Condition, ...] = ()
    ignore: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Targets that are dropped from a subject's ranking before it is scored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownScores:
    """Figures measured elsewhere."""

    dense: float
    lexical: float
    both: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRow:
    """One slice of the judged subjects."""

    name: str
    subjects: int
    ndcg: float
    known: KnownScores | None


@dataclass(slots=True, kw_only=True)
class QualityTable:
    """Slices beside what is known of them."""

    title: str
    note: str
    rows: list[QualityRow] = field(default_factory=list)

    def add(self, name: str, subjects: int, ndcg: float, known: KnownScores | None = None) -> None:
        """One more slice."""
        self.rows.append(QualityRow(name=name, subjects=subjects, ndcg=ndcg, known=known))


def mean_ndcg(matcher: ServiceClient, judged: JudgedSubjects) -> float:
    """The mean over all subjects; one that the matcher does not know fails the batch."""
    scores = []
    names = iter(judged.qrels)
    while batch := list(islice(names, BATCH)):
        requests = [_request(judged, name) for name in batch]
        answers = MatchBatchResponse.model_validate(matcher.post("/v1/matches:batch", {"requests": requests}))
        for name, answer in zip(batch, answers.responses, strict=True):
            scores.append(_score(judged, name, [match.profile_id for match in answer.matches]))
    return sum(scores) / len(scores) if scores else 0.0


def _request(judged: JudgedSubjects, name: str) -> dict[str, object]:
    return {
        "subject_id": profile_id(judged.source, name),
        "target_kinds": [judged.target_kind.value],
        "limit": min(200, DEPTH + len(judged.ignore.get(name, ()))),
        "explain": "none",
        "floor": 0,
        "filters": [condition.model_dump(mode="json", exclude_none=True) for condition in judged.filters],
    }


def _score(judged: JudgedSubjects, name: str, found: Sequence[str]) -> float:
    ignored = {profile_id(judged.target_source, target) for target in judged.ignore.get(name, ())}
    relevance = {profile_id(judged.target_source, target): grade for target, grade in judged.qrels[name].items()}
    return ndcg_at_k([target for target in found if target not in ignored], relevance, DEPTH)
