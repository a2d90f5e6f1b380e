"""Typed reading of one flat record: every problem and every value left out is collected with its field and fix."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date

from services.catalog.imports.dates import iso_day, partial_date
from shared.contracts.problems import FieldProblem

_TAG_SEPARATORS = re.compile(r"[;；|、\n]")
_TAG_LENGTH = 100


class RecordProblem(ValueError):
    """A record that stands for no profile; every field at fault is named with its fix."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.problems = problems


def shown(value: object) -> str:
    """The value as a message may quote it: short, and without characters that no answer can carry."""
    if isinstance(value, list | tuple | Mapping):
        return "an object" if isinstance(value, Mapping) else "a list"
    if isinstance(value, int) and abs(value) > 10**30:
        return "a very large number"
    text = ascii(value[:80]) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def cut_at_word(text: str, length: int) -> str:
    """The text itself, or its start up to the last space that leaves at most `length` characters."""
    if len(text) <= length:
        return text
    cut = text[: length + 1].rsplit(None, 1)[0]
    return cut[:length].rstrip() if len(cut) <= length else text[:length]


class RecordFields:
    """One record being read; names are tried in order and the first that holds a value counts."""

    def __init__(self, record: Mapping[str, object]) -> None:
        self._record = {name: value for name, value in record.items() if not _is_blank(value)}
        self._read: set[str] = set()
        self.problems: list[FieldProblem] = []
        self.warnings: list[FieldProblem] = []

    @property
    def unread(self) -> frozenset[str]:
        """Fields that hold a value and that nothing asked for."""
        return frozenset(str(name) for name in self._record.keys() - self._read)

    def names(self) -> frozenset[str]:
        """Fields that hold a value."""
        return frozenset(self._record)

    def problem(self, field: str, message: str, fix: str) -> None:
        self.problems.append(FieldProblem(field=field, message=message, fix=fix))

    def warn(self, field: str, message: str, fix: str) -> None:
        self.warnings.append(FieldProblem(field=field, message=message, fix=fix))

    def find(self, *names: str) -> tuple[str, object | None]:
        """The first field that holds a value, with its name; all the names count as read."""
        self._read.update(names)
        for name in names:
            if name in self._record:
                return name, self._record[name]
        return names[0], None

    def text(self, *names: str) -> str | None:
        field, value = self.find(*names)
        return None if value is None else self._as_text(field, value)

    def texts(self, *names: str) -> list[str]:
        """A list of texts; a single text is a list of one."""
        return [text for field, entry in self.entries(*names) if (text := self._as_text(field, entry))]

    def entries(self, *names: str) -> list[tuple[str, object]]:
        """The entries of a list with the path of each; a single value is a list of one."""
        field, value = self.find(*names)
        value = self._structured(value)
        if value is None:
            return []
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return [(f"{field}.{place}", entry) for place, entry in enumerate(value) if not _is_blank(entry)]
        return [(field, value)]

    def tags(self, *names: str) -> list[str]:
        """Short words, each once; a text is split at ; | 、 and line ends, an over-long word is cut with a warning."""
        field, value = self.find(*names)
        if isinstance(value, str) and not value.lstrip().startswith("["):
            words = [word.strip() for word in _TAG_SEPARATORS.split(value)]
        else:
            words = [word.strip() for word in self.texts(*names)]
        tags: dict[str, str] = {}
        for word in words:
            if word:
                tag = self.tag(field, word)
                tags.setdefault(tag.casefold(), tag)
        return list(tags.values())

    def tag(self, field: str, word: str) -> str:
        if len(word) > _TAG_LENGTH:
            self.warn(field, f"{shown(word)} was cut to {_TAG_LENGTH} characters", "shorten or split it")
        return cut_at_word(word, _TAG_LENGTH)

    def number(self, *names: str) -> float | None:
        field, value = self.find(*names)
        if value is None:
            return None
        try:
            if isinstance(value, bool):
                raise TypeError
            read = float(value.replace(",", "") if isinstance(value, str) else value)  # type: ignore[arg-type]  # refused below
        except (TypeError, ValueError, OverflowError):
            read = math.nan
        if not math.isfinite(read):
            self.problem(field, f"{shown(value)} is not a number", "give a plain number such as 1500000")
            return None
        return read

    def integer(self, *names: str) -> int | None:
        read = self.number(*names)
        if read is not None and read != int(read):
            field, value = self.find(*names)
            self.problem(field, f"{shown(value)} is not a whole number", "give a whole number")
            return None
        return None if read is None else int(read)

    def day(self, *names: str) -> str | None:
        field, value = self.find(*names)
        if value is None:
            return None
        read = iso_day(value) if isinstance(value, str | int | date) else None
        if read is None:
            self.problem(field, f"{shown(value)} is not a day", "write it as YYYY-MM-DD")
        return read

    def partial_date(self, *names: str) -> str | None:
        """A year, month or day; anything else is left out with a warning."""
        field, value = self.find(*names)
        if value is None:
            return None
        read = partial_date(value) if isinstance(value, str | int | date) else None
        if read is None:
            self.warn(field, f"{shown(value)} is not a date and was left out", "write YYYY, YYYY-MM or YYYY-MM-DD")
        return read

    def mapping(self, *names: str) -> Mapping[str, object] | None:
        field, value = self.find(*names)
        value = self._structured(value)
        if value is None:
            return None
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            self.problem(field, f"{shown(value)} is not an object of named values", 'write it as {"name": value}')
            return None
        return value

    def _as_text(self, field: str, value: object) -> str | None:
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(int(value)) if isinstance(value, float) and value.is_integer() else shown(value)
        self.problem(field, f"expected a text, got {shown(value)}", "give a text")
        return None

    def _structured(self, value: object | None) -> object | None:
        """A cell that starts with [ or {" is JSON, as our own CSV export writes lists and objects."""
        if not isinstance(value, str) or not re.match(r'\s*(\[["{\]]|\{["}])', value):
            return value
        try:
            return json.loads(value)  # type: ignore[no-any-return]  # json.loads answers Any
        except (ValueError, RecursionError):
            return value


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {}, ())
