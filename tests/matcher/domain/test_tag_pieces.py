"""Tags that no code explains are matched by their words and characters."""

from services.matcher.domain.sectors import sector_codes
from services.matcher.domain.tag_pieces import tag_pieces

UNEXPLAINED = ["titanium zirconium anodes", "lunar dust", "黏土砖瓦", "砖瓦abc", "!?"]


def test_the_examples_are_unexplained() -> None:
    assert sector_codes(UNEXPLAINED) == frozenset()


def test_words_whatever_their_case_and_character_pairs() -> None:
    assert tag_pieces(["Titanium anodes", "ANODES"]) == {"titanium", "anodes"}
    assert tag_pieces(["黏土砖瓦"]) == {"黏土", "土砖", "砖瓦"}


def test_chinese_and_latin_parts_of_a_tag_are_apart() -> None:
    assert tag_pieces(["砖瓦abc"]) == {"砖瓦", "abc"}


def test_explained_tags_and_tags_without_words_add_nothing() -> None:
    assert tag_pieces(["solar", "!?"]) == frozenset()
