"""What an evaluation stood on: code, judged set, model and policies, so that it can be repeated."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol, runtime_checkable

from services.matcher.evaluation.judged_set import JudgedSet

_ROOT = Path(__file__).parents[3]
_DECIDING = ("services/matcher", "services/catalog/imports", "shared")
"""The folders whose code and tables decide a ranking, the mapping of records included."""
_SUFFIXES = frozenset({".py", ".tsv", ".json", ".txt"})


@runtime_checkable
class Versioned(Protocol):
    """A ranking that can say what it stands on."""

    @property
    def versions(self) -> Mapping[str, str]:
        """Such as `policy` and `model`."""
        ...


def versions_of(ranker: object) -> Mapping[str, str]:
    """What the ranking says of itself; empty where it says nothing."""
    return ranker.versions if isinstance(ranker, Versioned) else {}


def set_digest(judged: JudgedSet) -> str:
    """SHA-256 of everything in the set that a score depends on, as `sha256:` and 64 hexadecimal digits."""
    content = {
        "kinds": [judged.subject_kind, judged.target_kind],
        "subjects": judged.subjects,
        "targets": judged.targets,
        "qrels": judged.qrels,
        "ignore": {query_id: sorted(ignored) for query_id, ignored in judged.ignore.items()},
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@cache
def code_version() -> str:
    """The release, and after `+` the beginning of a digest of the code that decides a ranking: `0.1.0+3f2a9c01`."""
    digest = hashlib.sha256()
    paths = (path for folder in _DECIDING for path in (_ROOT / folder).rglob("*") if path.suffix in _SUFFIXES)
    for path in sorted(paths):
        digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{_release()}+{digest.hexdigest()[:8]}"


def _release() -> str:
    try:
        return version("liaison")
    except PackageNotFoundError:
        return "0"
