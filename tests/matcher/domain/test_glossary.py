"""The bilingual glossary: its rows are sound, and its terms are found in texts."""

import re

from services.matcher.domain.glossary import english_of, glossary_entries, terms_in
from services.matcher.domain.sectors import sector_index
from services.matcher.retrieval.pivots import english_terms

_CHINESE = re.compile("[\u4e00-\u9fff]")
_FIELDS = 23


def test_rows_are_whole_and_each_column_is_in_its_language() -> None:
    for entry in glossary_entries():
        assert entry.zh, entry
        assert entry.en, entry
        assert all(_CHINESE.search(term) or term.isascii() for term in entry.zh), entry
        assert not any(_CHINESE.search(term) for term in entry.en), entry
        assert entry.sector is None or entry.sector in sector_index(), entry


def test_no_pair_of_names_stands_twice() -> None:
    pairs = [(zh.lower(), en.lower()) for entry in glossary_entries() for zh in entry.zh for en in entry.en]
    assert len(pairs) == len(set(pairs))


def test_every_field_is_covered() -> None:
    fields = {entry.sector.partition("/")[0] for entry in glossary_entries() if entry.sector}
    assert len(fields) == _FIELDS == sum("/" not in code for code in sector_index())
    assert len(glossary_entries()) >= 3_000


def test_longest_term_from_the_left_is_found() -> None:
    assert terms_in("固态电池的电池管理系统") == {"固态电池": 1, "电池管理系统": 1}
    assert english_of()["固态电池"] == ("solid-state battery",)


def test_of_several_names_each_is_said_in_part() -> None:
    # 泵 has one name, 锂电池 several; Latin words, codes and figures pass as they are.
    said = english_terms("泵，泵；GB/T 36276 的 SiC 器件 77GHz")
    assert said["pump"] == 2
    assert {"36276", "sic", "77ghz"} <= said.keys()
    several = english_terms("锂电池")
    assert 0 < several["lithium"] <= 1
    assert several["batteri"] >= several["lithium"]


def test_a_text_without_terms_says_nothing() -> None:
    assert english_terms("") == {}
