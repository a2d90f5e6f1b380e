"""Every report by hand: what is counted, in which row, and what is left out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.matcher.domain.texts import profile_texts
from services.matcher.introductions.steps import IntroductionSteps
from services.matcher.judgments.event import Event
from services.matcher.matching.indexing import profile_entry, profile_language
from services.matcher.reports.coverage import Covered, coverage_tables, sampled
from services.matcher.reports.delimited import report_csv
from services.matcher.reports.exposure import exposure_tables, platform_tables
from services.matcher.reports.funnel import acceptance_tables, funnel_tables
from services.matcher.reports.page import report_page
from services.matcher.reports.park_ready import park_ready_tables
from services.matcher.reports.supply import supply_tables
from services.matcher.reports.table_parts import plain_table, words
from services.matcher.retrieval.segment import Entry
from shared.contracts.feedback import FeedbackReason, FeedbackType, Outcome
from shared.contracts.introductions import IntroductionState
from shared.contracts.matches import Provenance
from shared.contracts.profiles import Kind, Profile
from shared.contracts.reports import Cell, Report, ReportName, ReportTable
from tests.factories import make_demand, make_platform, make_project

START = datetime(2026, 3, 1, tzinfo=UTC)


def entry(profile_id: str, profile: Profile) -> Entry:
    return profile_entry(profile_id, 1, profile, profile_language(profile, profile_texts(profile)))


def rows_of(table: ReportTable) -> dict[Cell, tuple[Cell, ...]]:
    return {row[0]: row[1:] for row in table.rows}


def event(kind: FeedbackType, pair: int, days: float = 0, **fields: Any) -> Event:
    return Event(
        event_id=f"{kind}/{pair}/{days}",
        type=kind,
        subject_id=f"s{pair}",
        target_id=f"t{pair}",
        by="reader",
        at=START + timedelta(days=days),
        **fields,
    )


def test_supply_counts_each_profile_once_by_region_and_in_each_of_its_sectors() -> None:
    beijing = {"region": {"country": "中国", "province": "北京市"}}
    entries = [entry(f"p{n}", make_project(sectors=["新能源", "量子信息"], **beijing)) for n in range(6)]
    entries += [entry(f"d{n}", make_demand(sectors=["新能源"])) for n in range(5)]
    by_sector, by_stage, by_region = supply_tables(entries, 5)
    assert sorted(row[1] for row in by_sector.rows if isinstance(row[1], int)) == [6, 6]
    [beijing_row] = [row for row in by_region.rows if "北京" in str(row[0])]
    assert (beijing_row[1], beijing_row[-1]) == (6, 6)
    assert rows_of(by_region)["total 合计"][-1] == 11
    assert rows_of(by_stage)["not said 未填写"][-1] == 11


def test_the_funnel_counts_pairings_once_a_step_and_tells_the_median_wait() -> None:
    """Six shown, five accepted after 1, 2, 3, 4 and 10 days: the median is 3."""
    events = [event(FeedbackType.SHOWN, pair) for pair in range(6)] + [event(FeedbackType.SHOWN, 0, 0.5)]
    events += [event(FeedbackType.ACCEPTED, pair, days) for pair, days in enumerate((1, 2, 3, 4, 10))]
    events += [event(FeedbackType.OUTCOME, 0, 30, outcome=Outcome.PILOT)]
    rows = rows_of(funnel_tables(events, [], 5)[0])
    assert rows["shown 展示"] == (6, None, None)
    assert rows["accepted 接受"] == (5, 3.0, 3.0)
    assert rows["pilot 试点"] == (None, None, None)
    assert rows_of(funnel_tables(events, [], 1)[0])["pilot 试点"] == (1, 30.0, 29.0)


def introduction(pair: int, rank: int | None = None, **days: float) -> IntroductionSteps:
    return IntroductionSteps(
        introduction_id=f"i{pair}",
        subject_id=f"s{pair}",
        target_id=f"t{pair}",
        run_id="run",
        rank=rank,
        is_told=True,
        reached={IntroductionState(state): START + timedelta(days=day) for state, day in days.items()},
    )


def test_the_funnel_follows_introductions_and_counts_what_feedback_tells_too_once() -> None:
    """The catalog tells an acceptance as feedback and as a state; one pairing was met before any list showed it."""
    events = [event(FeedbackType.SHOWN, 1, 0), event(FeedbackType.ACCEPTED, 1, 5), event(FeedbackType.SHOWN, 2, 9)]
    events += [event(FeedbackType.OUTCOME, 1, 12, outcome=Outcome.MET)]
    introductions = [
        introduction(1, requested=1, accepted=5, introduced=6, met=12, pilot=30, order=60, closed=90),
        introduction(2, requested=1, accepted=2, introduced=2, met=4),
        introduction(3, in_review=1, requested=2, expired=16),
        introduction(4, requested=1, declined=3),
        introduction(5, draft=0),  # nobody was asked
    ]
    rows = rows_of(funnel_tables(events, introductions, 1)[0])
    told = {str(name).split(" ")[0]: row for name, row in rows.items()}
    assert told["shown"][0] == 2
    assert rows["introduction requested 申请对接"][0] == 4
    assert told["accepted"] == (2, 3.0, 2.5)  # 5 and 1 days since first told; 4 and 1 since it was asked for
    assert told["introduced"] == (2, 3.5, 0.5)
    assert told["met"] == (2, 7.5, 4.0)  # 12 and 3; 6 and 2
    assert told["order"] == (1, 60.0, 30.0)
    assert told["closed"] == (1, 90.0, 30.0)
    assert told["expired"] == (1, 15.0, 15.0)  # of the review as of the wait
    assert told["declined"] == (1, 2.0, 2.0)
    assert told["investment"] == (0, None, None)


def test_acceptance_by_rank_knows_pairings_that_only_an_introduction_tells_of() -> None:
    events = [event(FeedbackType.SHOWN, 1, rank=4)]
    introductions = [
        introduction(1, 2, requested=1, accepted=2),  # asked for from a better place than it was told to be shown at
        introduction(2, 3, requested=1, declined=2),
        introduction(3, requested=1, accepted=2),  # from no list
    ]
    by_rank, _ = acceptance_tables(events, introductions, 1)
    assert rows_of(by_rank)["2-3"] == (2, 1, 0.5)
    assert rows_of(by_rank)["4-5"] == (0, 0, None)


def test_acceptance_is_told_by_the_best_rank_a_pairing_was_shown_at() -> None:
    """Ten at rank 1, six of them accepted; six at rank 4, two accepted, which is too few to tell."""
    events = [event(FeedbackType.SHOWN, pair, rank=1) for pair in range(10)]
    events += [event(FeedbackType.SHOWN, pair, rank=4) for pair in range(10, 16)]
    events += [event(FeedbackType.SHOWN, 0, 1, rank=9)]
    events += [event(FeedbackType.ACCEPTED, pair) for pair in (*range(6), 10, 11)]
    by_rank, reasons = acceptance_tables(events, [], 5)
    rows = rows_of(by_rank)
    assert rows["1-1"] == (10, 6, 0.6)
    assert rows["4-5"] == (6, None, None)
    assert reasons.rows == ()


def test_reasons_are_counted_by_what_was_said() -> None:
    events = [event(FeedbackType.DECLINED, pair, reason=FeedbackReason.TIMING) for pair in range(7)]
    rows = rows_of(acceptance_tables(events, [], 5)[1])
    assert rows["timing 时机不合适"] == (0, 7, 7)


def test_exposure_knows_the_never_shown_and_how_uneven_it_is() -> None:
    """Of ten projects five are shown once: Gini = 5 / 10 = .5. Hidden ones cannot be shown."""
    entries = [entry(f"p{n}", make_project()) for n in range(10)]
    entries.append(entry("hidden", make_project(visibility="hidden")))
    rows = rows_of(exposure_tables(entries, {f"p{n}": 1 for n in range(5)}, 5)[0])
    assert rows["project 项目方"] == (5, 5, 10, 0.5)


def test_platforms_are_used_by_whoever_was_accepted_or_led_to_something() -> None:
    entries = [entry(f"t{n}", make_platform(capacity=capacity)) for n, capacity in enumerate((1, 2, 4, 9, None))]
    events = [event(FeedbackType.ACCEPTED, n) for n in range(3)]
    events += [event(FeedbackType.OUTCOME, 3, outcome=Outcome.NONE)]
    rows = rows_of(platform_tables(entries, events, 1)[0])
    assert rows["full 已满"][0] == 1
    assert rows["up to half 不超过一半"][0] == 2
    assert rows["unused 未使用"][0] == 1
    assert rows["capacity not said 未填写容量"][0] == 1


READY: dict[str, Any] = {"trl": 8, "team_size": 40, "company_stage": "series_b"}


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, 1),
        ({"trl": 6}, 3),
        ({"team_size": None}, 2),
        ({"team_size": None, "trl": None}, 3),
        ({"company_stage": "seed_angel"}, 3),
        ({"trl": 7, "team_size": 20, "company_stage": "series_a"}, 1),
    ],
)
def test_park_readiness_is_all_three_conditions_known_to_hold(fields: dict[str, Any], state: int) -> None:
    project = make_project(**{name: value for name, value in (READY | fields).items() if value is not None})
    _, by_sector, listed = park_ready_tables([entry("p", project)], 1)
    [row] = by_sector.rows
    assert [place for place, cell in enumerate(row) if cell == 1] == [state]
    assert len(listed.rows) == (state == 1)


def test_only_public_projects_are_named() -> None:
    hidden = [
        entry(one, make_project(visibility=one, organisation="Quiet Works", **READY)) for one in ("hidden", "anonymous")
    ]
    tables = park_ready_tables(hidden, 1)
    assert tables[2].rows == ()
    assert "Quiet" not in str(tables)


def test_coverage_tells_what_is_unmet_and_asks_the_same_ones_each_time() -> None:
    demands = [entry(f"d{n}", make_demand(sectors=["新能源"])) for n in range(20)]
    assert sampled(demands, Kind.RD_DEMAND, 8) == sampled(list(reversed(demands)), Kind.RD_DEMAND, 8)
    states = [Covered.MATCHED] * 8 + [Covered.BELOW_FLOOR] * 6 + [Covered.NOBODY_ELIGIBLE] * 6
    by_kind, by_sector = coverage_tables(list(zip(demands, states, strict=True)), 5, 200)
    assert rows_of(by_kind)["demand 需求方"] == (8, 6, 6, 20, 0.4)
    assert by_sector.rows[0][1:] == (12, 20, 0.6)


def make_report(*tables: ReportTable) -> Report:
    return Report(
        name=ReportName.SUPPLY,
        title=words("Supply <&>", "供需"),
        tables=tables,
        minimum_cell=5,
        provenance=Provenance(policy="p", model="m", snapshot="s1", feed_seq=1),
        reported_at=START,
    )


def test_the_page_asks_nothing_of_anyone_and_is_the_same_each_time() -> None:
    entries = [
        entry(f"p{n}", make_project(sectors=["a $x$ sector"], region={"province": "<b>$5</b>"})) for n in range(9)
    ]
    report = make_report(*supply_tables(entries, 5))
    page = report_page([report, report])
    assert page == report_page([report, report])
    assert "<b>$5" not in page
    assert "Supply &lt;&amp;&gt; 供需" in page
    assert "default-src 'none'" in page
    assert "<svg" in page
    assert "src=" not in page.replace("default-src=", "") and "href=" not in page.replace("xlink:href=", "")


def test_csv_leaves_hidden_cells_empty_and_runs_no_formula() -> None:
    heads = exposure_tables([], {}, 5)[0].columns[:3]
    table = plain_table("t", words("T", "表"), heads, [("=1+1", None, 7)])
    assert "\r\n'=1+1,,7\r\n" in report_csv([make_report(table)])
