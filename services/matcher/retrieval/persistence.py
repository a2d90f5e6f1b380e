"""Base segments on disk: written aside, renamed into place, checked when they are read."""

import gc
import hashlib
import json
import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import structlog
from pydantic import ConfigDict, TypeAdapter

from services.matcher.domain.facts import ProfileFacts
from services.matcher.retrieval.analysis import ANALYSIS_SCHEME
from services.matcher.retrieval.persisted_aspects import ASPECT_FILES, read_aspects, write_aspects
from services.matcher.retrieval.persisted_attributes import attributes_from_json, attributes_to_json
from services.matcher.retrieval.segment import Entry, Segment, assemble_segment
from shared.contracts.vocabularies import Language, Visibility

_FORMAT = 4
_KEPT = 2
_ENTRIES = "entries.jsonl"
_ABOUT = "about.json"
_DATA_FILES = (_ENTRIES, *ASPECT_FILES)
_LINE_OF = re.compile(rb'\{"id": "([^"]+)"')
_facts: TypeAdapter[tuple[ProfileFacts]] = TypeAdapter(
    tuple[ProfileFacts],  # a dataclass alone takes no configuration
    config=ConfigDict(ser_json_inf_nan="constants"),  # an amount that is open above is infinite
)


class SnapshotFolder:
    """Saved base segments of one model, the newest two."""

    def __init__(self, folder: Path, model_id: str) -> None:
        """`folder` is created when something is saved."""
        self.folder = self._folder = folder
        self._model_id = model_id
        self._turn = Lock()
        self.feed_epoch: str | None = None
        """The history of the feed whose bases are saved and loaded; those of another one are passed over."""

    def save(self, base: Segment, feed_seq: int) -> None:
        """Write a base and its feed position; a reader sees all of it or nothing."""
        with self._turn:
            self._save(base, feed_seq)

    def _save(self, base: Segment, feed_seq: int) -> None:
        target = self._folder / f"base-{feed_seq:012d}"
        aside = self._folder / f".writing-{os.getpid()}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        _write_parts(base, aside)
        about = {
            "format": _FORMAT,
            "model_id": self._model_id,
            "analysis": ANALYSIS_SCHEME,
            "feed_seq": feed_seq,
            "feed_epoch": self.feed_epoch,
            "sha256": {name: _digest(aside / name) for name in _DATA_FILES},
        }
        (aside / _ABOUT).write_text(json.dumps(about))
        for path in aside.iterdir():
            _sync(path)
        shutil.rmtree(target, ignore_errors=True)
        aside.rename(target)
        _sync(self._folder)
        for old in self._saved()[_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)

    def load_newest(self, *, not_after: int) -> tuple[Segment, int] | None:
        """The newest readable base at or before a feed position; damaged or foreign ones are passed over."""
        for folder in self._saved():
            try:
                about = dict(json.loads((folder / _ABOUT).read_text()))
                if self._fits(about, not_after):
                    _verify(folder, about["sha256"])
                    with _no_collection():
                        return _read_parts(folder), int(about["feed_seq"])
            except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
                structlog.get_logger("snapshots").warning("snapshot_passed_over", folder=folder.name, error=repr(error))
        return None

    def forget(self, profile_ids: Collection[str]) -> int:
        """Drop every saved base that holds one of the profiles, and what a killed process left unfinished; how many."""
        wanted = {profile_id.encode() for profile_id in profile_ids}
        with self._turn:
            holding = [folder for folder in self._saved() if _holds(folder / _ENTRIES, wanted)]
            for folder in (*holding, *self._folder.glob(".writing-*")):
                shutil.rmtree(folder)
        return len(holding)

    def clear(self) -> None:
        """Drop everything saved."""
        for old in self._saved():
            shutil.rmtree(old, ignore_errors=True)

    def _fits(self, about: dict[str, object], not_after: int) -> bool:
        expected = {"format": _FORMAT, "model_id": self._model_id, "analysis": ANALYSIS_SCHEME}
        if self.feed_epoch is not None and about.get("feed_epoch") not in (None, self.feed_epoch):
            return False
        return expected.items() <= about.items() and int(str(about["feed_seq"])) <= not_after

    def _saved(self) -> list[Path]:
        """Saved folders, newest first."""
        return sorted(self._folder.glob("base-*"), reverse=True)


def _holds(entries: Path, wanted: Collection[bytes]) -> bool:
    """Whether one of the ids begins a line; a folder without entries is damaged, and as good as holding them."""
    try:
        with entries.open("rb") as lines:
            return any(found[1] in wanted for line in lines if (found := _LINE_OF.match(line)) is not None)
    except FileNotFoundError:
        return True


class DamagedSnapshotError(ValueError):
    """A saved file does not have the digest that was written beside it."""


@contextmanager
def _no_collection() -> Iterator[None]:
    """Millions of objects arrive here and all of them stay: looking for garbage among them takes most of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _write_parts(base: Segment, folder: Path) -> None:
    with (folder / _ENTRIES).open("wb") as lines:
        lines.writelines(_entry_line(entry) for entry in base.entries)
    write_aspects(base.aspects, folder)


def _read_parts(folder: Path) -> Segment:
    return assemble_segment(list(_entries(folder)), read_aspects(folder))


def _entry_line(entry: Entry) -> bytes:
    head = {
        "id": entry.profile_id,
        "revision": entry.revision,
        "language": entry.language,
        "visibility": entry.visibility,
        **attributes_to_json(entry.attributes),
    }
    return b"\t".join((json.dumps(head).encode(), _facts.dump_json((entry.facts,)), entry.profile_json)) + b"\n"


def _entries(folder: Path) -> Iterator[Entry]:
    """Read without parsing the profiles: a restart waits for this."""
    with (folder / _ENTRIES).open("rb") as lines:
        for line in lines:
            head_json, facts_json, profile_json = line.rstrip(b"\n").split(b"\t", 2)
            head = json.loads(head_json)
            yield Entry(
                profile_id=head["id"],
                revision=head["revision"],
                profile_json=profile_json,
                language=Language(head["language"]),
                visibility=Visibility(head["visibility"]),
                attributes=attributes_from_json(head),
                facts=_facts.validate_json(facts_json)[0],
            )


def _verify(folder: Path, digests: dict[str, str]) -> None:
    for name in _DATA_FILES:
        if _digest(folder / name) != digests[name]:
            raise DamagedSnapshotError(f"{name} is damaged")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
