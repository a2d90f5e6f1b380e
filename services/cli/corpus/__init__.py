"""The bundled demo corpus: profiles and judged pairs that ship inside the distribution."""

from collections.abc import Iterator
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable

from shared.contracts.profiles import Kind, Profile, profile_adapter

_PROFILE_FILES: dict[Kind, str] = {
    Kind.PROJECT: "projects.jsonl",
    Kind.RD_DEMAND: "demands.jsonl",
    Kind.SCENARIO: "scenarios.jsonl",
    Kind.INVESTOR: "investors.jsonl",
    Kind.PILOT_PLATFORM: "pilot_platforms.jsonl",
}


class CorpusPart(StrEnum):
    """The two parts of the corpus; the value names its folder."""

    REAL = "real"
    FICTIONAL = "fictional"


_QRELS_FILES: dict[CorpusPart, str] = {CorpusPart.REAL: "qrels.tsv", CorpusPart.FICTIONAL: "golden.tsv"}


def read_profiles(part: CorpusPart) -> Iterator[Profile]:
    """Every profile of the part, kind by kind, each kind in file order; raises pydantic's error on a bad row."""
    for name in _PROFILE_FILES.values():
        for line in _lines(part, name):
            yield profile_adapter.validate_json(line)


def read_qrels(part: CorpusPart) -> dict[str, dict[str, int]]:
    """Grades by subject and target, both as external ids; the real part knows 1 only, the fictional 2, 1 and 0."""
    qrels: dict[str, dict[str, int]] = {}
    for line in _lines(part, _QRELS_FILES[part]):
        subject, target, grade = line.split("\t")
        qrels.setdefault(subject, {})[target] = int(grade)
    return qrels


def read_profile_lines(part: CorpusPart, kind: Kind) -> tuple[str, ...]:
    """The raw JSON lines of one kind, ready for the catalog's bulk import."""
    return tuple(_lines(part, _PROFILE_FILES[kind]))


def read_judgment_reasons() -> dict[tuple[str, str], str]:
    """Why each pair of the fictional golden set got its grade, by (subject, target) external ids."""
    reasons: dict[tuple[str, str], str] = {}
    for line in _lines(CorpusPart.FICTIONAL, "golden_notes.tsv"):
        subject, target, reason = line.split("\t")
        reasons[subject, target] = reason
    return reasons


def _lines(part: CorpusPart, name: str) -> Iterator[str]:
    # JSON lines may hold U+2028; only the line feed ends a row.
    for line in _folder(part).joinpath(name).read_text(encoding="utf-8").split("\n"):
        if line.strip():
            yield line


def _folder(part: CorpusPart) -> Traversable:
    return files(__name__).joinpath(part.value)
