"""The tables of sectors and places that ship with the matcher, read once from beside this file; pure data."""

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

LIST_SEPARATOR = ";"


class Names(NamedTuple):
    """What a code is called in explanations."""

    en: str
    zh: str


@cache
def read_table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of the tab-separated table of that name, by column, in the file's order."""
    return parse_table(files(__name__).joinpath(f"{name}.tsv").read_text(encoding="utf-8"))


def parse_table(text: str) -> tuple[dict[str, str], ...]:
    """The rows of a tab-separated table with a header, by column."""
    return tuple(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def listed(cell: str) -> tuple[str, ...]:
    """The values of a cell that holds a list."""
    return tuple(value.strip() for value in cell.split(LIST_SEPARATOR) if value.strip())
