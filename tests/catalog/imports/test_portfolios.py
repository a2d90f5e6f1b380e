"""Companies that an investor's record names; all of them are made up."""

import pytest

from services.catalog.imports.records import profile_from_record
from shared.contracts.profiles import Kind


def titles(kind: Kind = Kind.INVESTOR, **record: object) -> list[str]:
    profile = profile_from_record({"id": "1", "title": "Egret Capital", **record}, kind=kind, source="test")
    return [item.title for item in profile.track_record.items] if profile.track_record else []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Invests early. Portfolio: Alder Grid, Borea Co., Dunlin.com.", ["Alder Grid", "Borea Co.", "Dunlin.com"]),
        ("截至2016年投资3个项目。投资项目：蓝鲸储能、Borea、蓝鲸储能。关注能源。", ["蓝鲸储能", "Borea"]),
        ("Our portfolio is young.", []),
        (f"Portfolio: Borea, {'and a sentence that goes on ' * 4}", ["Borea"]),
    ],
)
def test_names_are_read_from_the_sentence_that_lists_them(text: str, names: list[str]) -> None:
    assert titles(text=text) == names


def test_a_column_comes_first() -> None:
    assert titles(portfolio=["Borea"], text="Portfolio: Alder Grid.") == ["Borea"]


def test_other_kinds_list_no_portfolio() -> None:
    assert titles(Kind.PROJECT, text="Portfolio: Alder Grid.") == []
