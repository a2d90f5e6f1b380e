"""The demo on folders of judged data: imported through the API, a few subjects asked, a sample measured."""

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from services.catalog.imports.records import RecordProblem, profile_from_record
from services.cli.clients import ServiceClient
from services.cli.demo.quality import JudgedSubjects, QualityTable, mean_ndcg
from services.cli.demo.viewpoints import Question, Stored, Viewpoint
from services.cli.import_stream import import_stream
from services.cli.problems import CommandProblem
from services.matcher.evaluation.comparison import StageProgress
from services.matcher.evaluation.judged_set import JudgedSet
from services.matcher.evaluation.set_folder import JudgedSetProblem, read_judged_set
from shared.contracts.imports import ImportReport
from shared.contracts.profiles import Kind
from shared.contracts.rules import Overlaps, SetAttribute

SHOWN_SUBJECTS = 2
MEASURED_SUBJECTS = 192


class JudgedFolders:
    """Every folder with a set.json, in the given one or the given one itself."""

    def __init__(self, directory: Path, limit: int | None = None) -> None:
        """Read all sets, with a limit only the first rows of their files; raises CommandProblem."""
        self._limit = limit
        folders = [path.parent for path in (directory / "set.json", *sorted(directory.glob("*/set.json")))]
        self._folders = [folder for folder in folders if (folder / "set.json").is_file()]
        if not self._folders:
            raise CommandProblem(f"--data: no set.json in {directory} or its folders. See docs/evaluation.md.")
        try:
            self._sets = [_first_of(read_judged_set(folder), limit) for folder in self._folders]
        except JudgedSetProblem as problem:
            raise CommandProblem(f"--data: {problem}") from None

    def load(self, catalog: ServiceClient, tell: StageProgress) -> Iterator[ImportReport]:
        """Import corpus and queries of every set, each under a source of its own."""
        for folder, judged in zip(self._folders, self._sets, strict=True):
            for stem, kind in (("corpus", judged.target_kind), ("queries", judged.subject_kind)):
                path = next(path for path in (folder / f"{stem}.jsonl.gz", folder / f"{stem}.jsonl") if path.is_file())
                stage = f"import {judged.name} {stem}"
                form = {"kind": kind.value, "source": _source(judged, stem)}
                with _first_rows(path, self._limit) as file:
                    name = f"{stem}.jsonl" if self._limit else path.name
                    yield import_stream(catalog, file, name, form, partial(tell, stage))

    def viewpoints(self) -> Sequence[Viewpoint]:
        """The first judged subjects of every set."""
        return [
            Viewpoint(
                group=f"{judged.name}: {judged.subject_kind}",
                subject=subject,
                questions=(
                    Question(
                        asked=f"Which {judged.target_kind}?",
                        target_kinds=(judged.target_kind,),
                        filters=(_within(_source(judged, "corpus")),),
                        limit=5,
                    ),
                ),
            )
            for judged in self._sets
            for subject in islice(_subjects(judged), SHOWN_SUBJECTS)
        ]

    def quality(self, matcher: ServiceClient) -> QualityTable:
        """A sample of every set."""
        table = QualityTable(
            title="Do judged subjects find their counterparts? nDCG@10",
            note=f"the first {MEASURED_SUBJECTS} judged subjects of each set; `liaison evaluate` measures all of them",
        )
        for judged in self._sets:
            sample = _sample(judged)
            table.add(judged.name, len(sample.qrels), mean_ndcg(matcher, sample))
        return table


def _first_of(judged: JudgedSet, limit: int | None) -> JudgedSet:
    return replace(judged, subjects=judged.subjects[:limit], targets=judged.targets[:limit])


def _first_rows(path: Path, limit: int | None) -> BinaryIO:
    if limit is None:
        return path.open("rb")
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        return BytesIO(b"".join(islice(file, limit)))


def _source(judged: JudgedSet, stem: str) -> str:
    return f"{judged.name}/{stem}"


def _within(source: str) -> Overlaps:
    return Overlaps(attribute=SetAttribute.SOURCE, values=(source,))


def _subjects(judged: JudgedSet) -> Iterator[Stored]:
    """Judged subjects that stand for a profile, in the order of the queries."""
    records = dict(judged.subjects)
    for query_id in judged.evaluated():
        try:
            profile = profile_from_record(
                records[query_id], kind=judged.subject_kind, source=_source(judged, "queries"), external_id=query_id
            )
        except RecordProblem:
            continue
        yield Stored(profile=profile)


def _sample(judged: JudgedSet) -> JudgedSubjects:
    qrels = judged.evaluated()
    names = [stored.profile.external_id for stored in islice(_subjects(judged), MEASURED_SUBJECTS)]
    target_source = _source(judged, "corpus")
    return JudgedSubjects(
        source=_source(judged, "queries"),
        target_source=target_source,
        target_kind=Kind(judged.target_kind),
        filters=(_within(target_source),),
        qrels={name: qrels[name] for name in names},
        ignore={name: frozenset(judged.ignore.get(name, ())) for name in names},
    )
