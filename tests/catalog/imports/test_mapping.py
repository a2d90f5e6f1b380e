import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.imports.delimited import marked, unmarked
from services.catalog.imports.mapping import BadMapping, field_of_column, parse_mapping


def test_named_columns_come_first_and_known_names_are_taken() -> None:
    mapping = parse_mapping('{"Firm": "organisation", "Place": "region.city"}')
    record = mapping.record({"Firm": "X", "Place": "Wuhan", "行业": "能源；材料", "Odd": "1"}, splits_cells=True)
    assert record == {"organisation": "X", "city": "Wuhan", "sectors": ["能源", "材料"], "Odd": "1"}


def test_english_names_are_read_without_case_and_with_spaces() -> None:
    assert field_of_column("Ticket Min") == "ticket_min"
    assert field_of_column("contact.email") == "contact_email"
    assert field_of_column("no such") is None


def test_of_two_columns_for_one_field_the_first_counts() -> None:
    assert parse_mapping(None).record({"项目名称": "A", "title": "B"}, splits_cells=True) == {"title": "A"}


def test_an_unknown_target_is_refused_with_near_names() -> None:
    with pytest.raises(BadMapping, match="organisation"):
        parse_mapping('{"Firm": "organisatoin"}')


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', "[" * 100_000])
def test_a_mapping_that_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(BadMapping):
        parse_mapping(text)


@given(st.text())
def test_marking_cells_against_formulas_loses_nothing(text: str) -> None:
    assert unmarked(marked(text)) == text
    assert marked(text)[:1] not in tuple("=+-@\t\r")
