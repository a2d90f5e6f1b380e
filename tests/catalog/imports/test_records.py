import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalog.imports.mapping import _TARGETS
from services.catalog.imports.records import RecordProblem, map_record, profile_from_record
from shared.contracts.parts import Money, Region
from shared.contracts.profiles import Investor, Kind, Project, RdDemand, profile_adapter
from shared.contracts.vocabularies import CompanyStage, Language, Provenance


def read(kind: Kind, **record: object) -> Any:  # Any: each test knows the kind it asks for
    return profile_from_record({"id": "r1", "title": "T"} | record, kind=kind, source="list")


def test_an_award_keeps_its_phase_and_seeks_no_money() -> None:
    project = read(Kind.PROJECT, stage="prototype", amount_usd=999_787.0, org="Dakota", region="CO", city="Boulder")
    assert project.company_stage is CompanyStage.PROTOTYPE
    assert project.funding_round is None and project.amount_sought is None
    assert project.organisation == "Dakota"
    assert project.region == Region(province="CO", city="Boulder")


def test_a_startup_raising_a_round_seeks_the_amount() -> None:
    project = read(Kind.PROJECT, stage="series A", amount_usd=2_000_000.0)
    assert project.funding_round is project.company_stage is CompanyStage.SERIES_A
    assert project.amount_sought == Money(amount=2_000_000, currency="USD")


def test_a_chinese_round_names_its_amount_in_words_and_its_district_as_city() -> None:
    project = read(
        Kind.PROJECT, stage="B轮", amount="1000万人民币", region="北京", city="朝阳区", founded="2012-04", lang="zh"
    )
    assert project.amount_sought == Money(amount=10_000_000, currency="CNY")
    assert project.region == Region(province="北京", district="朝阳区")
    assert (project.founded, project.language) == (2012, Language.CHINESE)


def test_an_investor_is_known_by_its_deals() -> None:
    investor = read(
        Kind.INVESTOR,
        n_portfolio=8,
        stages=["series A", "A轮", "seed/angel"],
        stage_counts={"series A": 5, "A轮": 1, "": 3},
        sector_counts={"software": 3},
        keyword_counts={"3D": 1},
        regions_invested=["SF Bay"],
        countries_invested=["USA"],
        round_size_median_usd=3_000_000.0,
        date="2012-08-11",
        sectors=["software"],
        declared_fields=["Software", "biotech"],
    )
    assert isinstance(investor, Investor)
    assert investor.stages == (CompanyStage.SERIES_A, CompanyStage.SEED_ANGEL)
    assert investor.regions == (Region(country="USA", province="SF Bay"),)
    assert investor.sectors == ("software", "biotech")
    record = investor.track_record
    assert record is not None
    assert (record.total, record.last_date) == (8, "2012-08-11")
    assert record.stage_counts == {"series_a": 6}  # 5 + 1; the count without a name is left out
    assert record.other_counts == {"keyword": {"3D": 1}}
    assert record.amount_median == Money(amount=3_000_000, currency="USD")
    assert investor.provenance == {"regions": Provenance.INFERRED, "stages": Provenance.INFERRED}


def test_a_firm_is_known_by_its_awards() -> None:
    firm = read(Kind.PROJECT, n_awards=2, n_awards_in_text=1, first_year=2009, date="2012", award_titles=["A", "B"])
    record = firm.track_record
    assert (record.total, record.first_date, record.last_date) == (2, "2009", "2012")
    assert [item.title for item in record.items] == ["A", "B"]


def test_a_date_without_a_track_record_is_reported_as_ignored() -> None:
    mapped = map_record({"id": "1", "title": "T", "date": "2012", "split": "dev"}, kind=Kind.PROJECT, source="s")
    assert mapped.profile.track_record is None
    assert mapped.ignored_fields == {"date", "split"}


def test_an_objective_becomes_the_problem_unless_the_text_says_it() -> None:
    assert read(Kind.RD_DEMAND, text="Develop\n a glue. More.", objective="Develop a glue.").problem is None
    assert read(Kind.RD_DEMAND, text="A glue.", objective="Hold parts.").problem == "Hold parts."


def test_a_demand_keeps_its_programme_phase_and_deadline() -> None:
    demand = read(Kind.RD_DEMAND, program="SBIR", stage="Phase I", deadline="2016/6/22", region="US")
    assert isinstance(demand, RdDemand)
    assert (demand.programme, demand.phase) == ("SBIR", CompanyStage.FEASIBILITY)
    assert demand.deadline is not None and demand.deadline.isoformat() == "2016-06-22"
    assert demand.region == Region(country="US")


def test_needs_may_be_a_text_texts_or_weighted_texts() -> None:
    assert [need.text for need in read(Kind.SCENARIO, needs="one; still one").needs] == ["one; still one"]
    assert [need.text for need in read(Kind.SCENARIO, needs=["a", " ", "b"]).needs] == ["a", "b"]
    (need,) = read(Kind.SCENARIO, needs=[{"text": "a", "weight": 3}]).needs
    assert need.weight == 3


def test_a_missing_title_is_the_start_of_the_text() -> None:
    text = "First sentence. Second."
    assert profile_from_record({"id": "1", "text": text}, kind=Kind.PROJECT, source="s").title == "First sentence"
    long = "word " * 40
    title = profile_from_record({"id": "1", "text": long}, kind=Kind.PROJECT, source="s").title
    assert title == ("word " * 16).strip()  # 16 x 5 = 80 characters, the last one a space


def test_an_overlong_title_is_cut_at_a_word_and_kept_whole_in_the_description() -> None:
    title = "word " * 120  # 600 characters
    mapped = map_record({"id": "1", "title": title, "text": "More."}, kind=Kind.PROJECT, source="s")
    assert len(mapped.profile.title) <= 500 and mapped.profile.title.endswith("word")
    assert mapped.profile.description == f"{title.strip()}\nMore."
    assert [warning.field for warning in mapped.warnings] == ["title"]


def test_an_unknown_stage_is_left_out_with_a_warning_that_names_its_field() -> None:
    mapped = map_record({"id": "1", "title": "T", "stage": "M&A"}, kind=Kind.PROJECT, source="s")
    assert isinstance(mapped.profile, Project) and mapped.profile.company_stage is None
    assert [warning.field for warning in mapped.warnings] == ["stage"]


def test_every_field_at_fault_is_named_with_a_fix() -> None:
    with pytest.raises(RecordProblem) as caught:
        read(Kind.RD_DEMAND, deadline="next spring", trl_min="six", summary="x" * 5_000)
    assert {problem.field for problem in caught.value.problems} == {"deadline", "trl_min", "summary"}
    assert all(problem.fix for problem in caught.value.problems)


def test_a_row_without_id_or_title_says_so() -> None:
    with pytest.raises(RecordProblem) as caught:
        profile_from_record({"org": "X"}, kind=Kind.PROJECT, source="s")
    assert [problem.field for problem in caught.value.problems] == ["external_id", "title"]


def test_a_whole_profile_is_taken_as_it_is() -> None:
    wire = {
        "kind": "investor",
        "source": "own",
        "external_id": "i1",
        "title": "Fund",
        "ticket": {"minimum": 1, "maximum": 2},
        "track_record": {"total": 3},
    }
    assert map_record(wire, source="other").profile == profile_adapter.validate_python(wire)


def test_a_whole_profile_with_a_bad_part_is_refused_by_path() -> None:
    wire = {"kind": "investor", "external_id": "i1", "title": "F", "ticket": {"minimum": "many"}}
    with pytest.raises(RecordProblem) as caught:
        map_record(wire, source="s")
    assert "ticket.minimum" in caught.value.problems[0].field


def test_a_kind_word_of_the_record_counts_where_the_import_names_none() -> None:
    assert map_record({"id": "1", "title": "T", "kind": "startup"}, source="s").profile.kind is Kind.PROJECT
    with pytest.raises(RecordProblem):
        map_record({"id": "1", "title": "T", "kind": "spaceship"}, source="s")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
fields = st.sampled_from([*_TARGETS.values(), "contact", "validity", "ticket", "budget", "odd_counts", "n_users"])


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(fields, json_values, max_size=8), st.sampled_from([*Kind, None]))
def test_whatever_a_record_holds_it_maps_or_is_refused_in_words_that_can_be_sent(
    record: dict[str, object], kind: Kind | None
) -> None:
    try:
        mapped = map_record({"id": "1", "title": "T"} | record, kind=kind, source="s")
    except RecordProblem as refused:
        json.dumps([problem.model_dump() for problem in refused.problems], ensure_ascii=False).encode()
    else:
        again = profile_adapter.validate_json(mapped.profile.model_dump_json(exclude_none=True))
        assert again == mapped.profile
