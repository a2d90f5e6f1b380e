"""Wire profiles as flat CSV rows that the import reads back unchanged."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator

from services.catalog.imports.delimited import marked
from shared.contracts.base import WireModel
from shared.contracts.parts import Money, MoneyRange, Region, Validity
from shared.contracts.profiles import PROFILE_TYPES, Kind

_PARTS: dict[str, type[WireModel]] = {
    "region": Region,
    "validity": Validity,
    "ticket": MoneyRange,
    "budget": MoneyRange,
    "amount_sought": Money,
}
_NEEDS = ("needs", "offers")
_NOT_JOINABLE = re.compile(r"[;；|\n]|^[\[{]")
_BYTE_ORDER_MARK = "\ufeff"


def csv_lines(document_pages: Iterable[list[str]], kind: Kind | None) -> Iterator[str]:
    """A header and a line a profile; opens with the mark by which spreadsheets know UTF-8."""
    columns = columns_of(kind)
    yield _BYTE_ORDER_MARK + _as_lines([columns])
    for page in document_pages:
        yield _as_lines([_cells(json.loads(document), columns) for document in page])


def columns_of(kind: Kind | None) -> list[str]:
    """The columns of one kind, or of all kinds together."""
    types = [PROFILE_TYPES[kind]] if kind else list(PROFILE_TYPES.values())
    names = dict.fromkeys(name for profile_type in types for name in profile_type.model_fields if name != "contact")
    first = ["kind", "source", "external_id"]
    return first + [
        column
        for name in names
        if name not in first
        for column in ([f"{name}.{part}" for part in _PARTS[name].model_fields] if name in _PARTS else [name])
    ]


def _cells(fields: dict[str, object], columns: list[str]) -> list[str]:
    return [marked(_cell(_value(fields, column), column)) for column in columns]


def _value(fields: dict[str, object], column: str) -> object:
    name, _, part = column.partition(".")
    value = fields.get(name)
    return value.get(part) if part and isinstance(value, dict) else value


def _cell(value: object, column: str) -> str:
    if isinstance(value, list) and column in _NEEDS:
        value = [need["text"] if need == {"text": need["text"], "weight": 1.0} else need for need in value]
    if isinstance(value, list) and all(isinstance(text, str) and not _NOT_JOINABLE.search(text) for text in value):
        return "; ".join(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return "" if value is None else str(value)


def _as_lines(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
