import pytest

from services.catalog.imports.stages import says_no_stage, stage_counts_by_stage, stage_from_word
from shared.contracts.vocabularies import CompanyStage


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("seed/angel", CompanyStage.SEED_ANGEL),
        ("种子轮", CompanyStage.SEED_ANGEL),
        ("天使轮", CompanyStage.SEED_ANGEL),
        ("Pre-seed", CompanyStage.SEED_ANGEL),
        ("Pre-A轮", CompanyStage.PRE_A),
        ("Pre- series A", CompanyStage.PRE_A),
        ("series A", CompanyStage.SERIES_A),
        ("A轮", CompanyStage.SERIES_A),
        ("A+轮", CompanyStage.SERIES_A),
        ("Pre-B轮", CompanyStage.SERIES_A),
        ("Series B (Extension)", CompanyStage.SERIES_B),
        ("series C+", CompanyStage.SERIES_C_PLUS),
        ("F轮-上市前", CompanyStage.SERIES_C_PLUS),
        ("venture (unspecified)", CompanyStage.VENTURE),
        ("Late Stage Venture", CompanyStage.GROWTH),
        ("Private\\nEquity", CompanyStage.GROWTH),
        ("战略投资", CompanyStage.STRATEGIC),
        ("IPO上市后", CompanyStage.PUBLIC_MARKET),
        ("Phase I", CompanyStage.FEASIBILITY),
        ("Phase I,Phase II", CompanyStage.FEASIBILITY),
        ("Phase II", CompanyStage.PROTOTYPE),
        ("prototype", CompanyStage.PROTOTYPE),
    ],
)
def test_words_of_both_languages_name_a_stage(word: str, stage: CompanyStage) -> None:
    assert stage_from_word(word) is stage


@pytest.mark.parametrize("stage", list(CompanyStage))
def test_every_wire_value_names_itself(stage: CompanyStage) -> None:
    assert stage_from_word(stage.value) is stage


def test_acquisitions_and_codes_name_no_stage() -> None:
    assert [stage_from_word(word) for word in ("M&A", "SR006", "收购", "")] == [None] * 4


def test_words_that_say_nothing_are_told_from_unknown_ones() -> None:
    assert says_no_stage("-") and says_no_stage("未透露") and not says_no_stage("M&A")


def test_counts_of_equal_stages_are_added_and_unknown_words_kept() -> None:
    counts = {"series A": 2, "A轮": 3, "Bridge": 1}  # 2 + 3 = 5
    assert stage_counts_by_stage(counts) == {"series_a": 5, "Bridge": 1}
