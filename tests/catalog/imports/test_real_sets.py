"""Every record of the judged data sets beside the repository becomes a profile."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.catalog.imports.records import RecordProblem, kind_of_record, map_record
from shared.contracts.profiles import Kind

DATA = Path(os.environ.get("LIAISON_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))


def files() -> Iterator[tuple[Path, Kind | None]]:
    for path in sorted(DATA.glob("*/*.jsonl.gz")):
        described = path.parent / "set.json"
        if path.name.startswith("evidence"):
            continue
        kinds = json.loads(described.read_text("utf-8")) if described.exists() else {}
        word = kinds.get("subject_kind" if path.name.startswith("queries") else "target_kind")
        yield path, Kind(word) if word else None


@pytest.mark.quality
def test_every_record_of_every_set_maps() -> None:
    if not DATA.is_dir():
        pytest.skip(f"no data sets at {DATA}; set LIAISON_TEST_DATA to their folder")
    mapped, refused = 0, []
    for path, kind in files():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                record = json.loads(line)
                try:
                    map_record(record, kind=kind or kind_of_record(record["kind"]), source=path.parent.name)
                    mapped += 1
                except RecordProblem as problem:
                    refused.append(f"{path.name}:{number} {problem}")
    assert not refused, refused[:10]
    assert mapped > 0
