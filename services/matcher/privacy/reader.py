"""Who this process is to the catalog: a name that goes with its data directory, and how much it has forgotten."""

import json
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from services.matcher import erased_repository
from shared.kit.database import Database

_FILE = "reader.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One data directory, whatever process uses it."""

    reader_id: str
    forgotten: int
    """Number of the last erased profile of which nothing is left here."""

    @classmethod
    def of(cls, folder: Path, database: Database) -> Self:
        """As written in the folder, or new. In an empty folder there is nothing to be forgotten of what is past.

        Raises DatabaseUnavailable.
        """
        try:
            held = dict(json.loads((folder / _FILE).read_text()))
            return cls(reader_id=str(held["reader_id"]), forgotten=int(held["forgotten"]))
        except (FileNotFoundError, ValueError, KeyError):
            has_saved = any(folder.rglob("base-*"))
        with database.read() as session:
            forgotten = 0 if has_saved else erased_repository.newest_told(session)
        reader = cls(reader_id=secrets.token_hex(8), forgotten=forgotten)
        reader.keep(folder)
        return reader

    def having_forgotten(self, number: int) -> Self:
        """The same, so much further."""
        return replace(self, forgotten=number)

    def keep(self, folder: Path) -> None:
        """Write it into the folder, whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / f".{_FILE}-{os.getpid()}"
        aside.write_text(json.dumps({"reader_id": self.reader_id, "forgotten": self.forgotten}))
        aside.rename(folder / _FILE)
