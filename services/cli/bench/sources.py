"""The profiles a benchmark works on: a folder of records, or the bundled corpus."""

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from services.catalog.imports.records import RecordProblem, kind_of_record, profile_from_record
from services.cli.bench.errors import BenchProblem
from services.cli.corpus import CorpusPart, read_profiles
from shared.contracts.profiles import Profile

SOURCE = "bench"


def profiles_of(data: Path | None, count: int) -> list[Profile]:
    """The first `count` profiles of a folder's `corpus*.jsonl.gz`, or of the bundled corpus; raises BenchProblem."""
    profiles = list(islice(_records(data) if data else _bundled(), count))
    if len(profiles) < count:
        place = str(data) if data else "the bundled corpus"
        raise BenchProblem(f"{place} holds {len(profiles):,} profiles; ask for fewer than {count:,} or give --data DIR")
    return profiles


def _bundled() -> Iterator[Profile]:
    for part in CorpusPart:
        yield from read_profiles(part)


def _records(data: Path) -> Iterator[Profile]:
    """Records that stand for no profile are passed over."""
    for path in sorted(data.glob("corpus*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                kind = kind_of_record(record.get("kind"))
                if kind is not None:
                    try:
                        yield profile_from_record(record, kind=kind, source=SOURCE)
                    except RecordProblem:
                        continue
