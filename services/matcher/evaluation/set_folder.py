"""Reads a judged set from its folder: set.json, queries, corpus, qrels.tsv and ignore.tsv."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from services.matcher.evaluation.judged_set import JudgedSet, Record
from shared.contracts.profiles import Kind

_HEADER_WORDS = {"score", "relevance", "rel", "label", "grade"}  # BEIR's qrels carry a header with `score`.


class JudgedSetProblem(ValueError):
    """The folder cannot be read as a judged set; the message names the file, the line and the fix."""

    def __init__(self, path: Path, message: str, *, fix: str, line: int | None = None) -> None:
        self.path = path
        self.line = line
        self.fix = fix
        where = str(path) if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {message}; {fix}")


def read_judged_set(folder: Path, *, qrels: str = "qrels.tsv") -> JudgedSet:
    """The set in `folder`, judged by the file named `qrels`.

    A file of JSON lines may be gzipped (`.jsonl.gz`) or plain (`.jsonl`); `ignore.tsv` may be absent. Ids that do not
    exist and repeated ids are told in `warnings`. Raises JudgedSetProblem for everything else.
    """
    if not folder.is_dir():
        raise JudgedSetProblem(folder, "there is no such folder", fix="give the folder that holds set.json")
    description = _read_description(folder / "set.json")
    warnings: list[str] = []
    subjects = _read_records(folder, "queries", warnings)
    targets = _read_records(folder, "corpus", warnings)
    judgments = _read_qrels(folder / qrels)
    ignored = _read_ignored(folder / "ignore.tsv")
    warnings += _unknown_ids(qrels, judgments, subjects, targets)
    return JudgedSet(
        name=str(description.get("name") or folder.resolve().name),
        subject_kind=_kind(folder / "set.json", description, "subject_kind"),
        target_kind=_kind(folder / "set.json", description, "target_kind"),
        language=str(description["language"]) if description.get("language") else None,
        description=str(description.get("description") or ""),
        subjects=list(subjects.items()),
        targets=list(targets.items()),
        qrels=judgments,
        ignore=ignored,
        warnings=tuple(warnings),
    )


def _read_description(path: Path) -> Mapping[str, object]:
    try:
        description = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        fix = 'add it, such as {"name": "my_set", "subject_kind": "rd_demand", "target_kind": "project"}'
        raise JudgedSetProblem(path, "the file is missing", fix=fix) from None
    except (OSError, ValueError) as error:
        raise JudgedSetProblem(path, f"not readable as JSON ({error})", fix="write one JSON object in UTF-8") from None
    if not isinstance(description, dict):
        raise JudgedSetProblem(
            path, "holds no JSON object", fix="write one object with name, subject_kind, target_kind"
        )
    return description


def _kind(path: Path, description: Mapping[str, object], field: str) -> Kind:
    try:
        return Kind(str(description[field]))
    except KeyError:
        problem = f"{field} is missing"
    except ValueError:
        problem = f"{field} {description[field]!r} is no kind of profile"
    raise JudgedSetProblem(path, problem, fix=f"set {field} to one of {', '.join(Kind)}") from None


def _read_records(folder: Path, stem: str, warnings: list[str]) -> dict[str, Record]:
    """Records by id in the order of the file; of a repeated id the first is kept."""
    path = next((path for path in (folder / f"{stem}.jsonl.gz", folder / f"{stem}.jsonl") if path.exists()), None)
    if path is None:
        fix = "add it with a JSON object a line, gzipped or as plain .jsonl"
        raise JudgedSetProblem(folder / f"{stem}.jsonl.gz", "the file is missing", fix=fix)
    records: dict[str, Record] = {}
    repeated = 0
    for number, line in _lines(path):
        record = _record(path, number, line)
        record_id = str(record["id"])
        repeated += record_id in records
        records.setdefault(record_id, record)
    if not records:
        raise JudgedSetProblem(path, "the file has no records", fix="write a JSON object a line")
    if repeated:
        warnings.append(f"{path.name}: {repeated} records repeat an id; the first of each was kept")
    return records


def _record(path: Path, number: int, line: str) -> Record:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise JudgedSetProblem(path, f"not JSON ({error})", line=number, fix="write a JSON object a line") from None
    if not isinstance(record, dict):
        raise JudgedSetProblem(path, "not a JSON object", line=number, fix="write a JSON object a line")
    if not isinstance(record.get("id"), str | int) or isinstance(record["id"], bool) or record["id"] == "":
        raise JudgedSetProblem(path, "the record has no id", line=number, fix='add "id" with a text unique in the file')
    return record


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    if not path.exists():
        fix = "add it with query_id, corpus_id and relevance a line, separated by tabs"
        raise JudgedSetProblem(path, "the file is missing", fix=fix)
    qrels: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        columns = _columns(line)
        if len(columns) == 4:  # TREC's own form has an iteration number, always unused, in the second column.
            del columns[1]
        if len(columns) != 3:
            fix = "write query_id, corpus_id and relevance, separated by tabs"
            raise JudgedSetProblem(path, f"{len(columns)} columns where 3 belong", line=number, fix=fix)
        query_id, target_id, relevance = columns
        if number == 1 and relevance.lower() in _HEADER_WORDS:
            continue
        qrels.setdefault(query_id, {})[target_id] = _grade(path, number, relevance)
    return qrels


def _grade(path: Path, number: int, relevance: str) -> int:
    if not _is_number(relevance) or not float(relevance).is_integer():
        problem = f"relevance {relevance!r} is no whole number"
        raise JudgedSetProblem(path, problem, line=number, fix="write 0 for not relevant, 1 or more for relevant")
    return int(float(relevance))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _read_ignored(path: Path) -> dict[str, set[str]]:
    """Ignored targets by query; columns after the second are free for a reason."""
    ignored: dict[str, set[str]] = {}
    if not path.exists():
        return ignored
    for number, line in _lines(path):
        columns = _columns(line)
        if len(columns) < 2:
            fix = "write query_id and corpus_id, separated by a tab"
            raise JudgedSetProblem(path, "1 column where 2 belong", line=number, fix=fix)
        ignored.setdefault(columns[0], set()).add(columns[1])
    return ignored


def _columns(line: str) -> list[str]:
    return [column.strip() for column in line.split("\t")] if "\t" in line else line.split()


def _unknown_ids(
    name: str, qrels: dict[str, dict[str, int]], subjects: Mapping[str, Record], targets: Mapping[str, Record]
) -> list[str]:
    unknown_queries = sum(query_id not in subjects for query_id in qrels)
    unknown_targets = len({target_id for judged in qrels.values() for target_id in judged} - targets.keys())
    warnings = []
    if unknown_queries:
        warnings.append(f"{name}: {unknown_queries} of {len(qrels)} judged queries are not among the queries")
    if unknown_targets:
        warnings.append(f"{name}: {unknown_targets} judged targets are not in the corpus")
    return warnings


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that hold something, with their 1-based number."""
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip("\r\n")
                if line.strip():
                    yield number, line
    except UnicodeDecodeError:
        raise JudgedSetProblem(path, "not UTF-8", line=number, fix="save the file in UTF-8") from None
    except (OSError, EOFError, zlib.error) as error:
        raise JudgedSetProblem(path, f"not readable ({error})", fix="write the file again") from None
