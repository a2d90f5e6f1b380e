"""Rounds on both databases: once a period, new first, without whom is settled, within quotas and capacities."""

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.matcher.recommendations.errors import RecommendationNotFound
from shared.contracts.kinds import Kind
from shared.contracts.recommendations import Channel, Period, WhyNow
from shared.kit.database import Database
from tests.factories import make_platform
from tests.matcher.recommendations.conftest import indexer_on
from tests.matcher.recommendations.desk import READER, Desk, best, good_project, names


def test_a_round_is_made_once_and_shown_as_it_was_made(desk_on_both: Desk) -> None:
    desk = desk_on_both
    preview = desk.show(limit=3)
    assert preview.given_at is None and len(best(names(preview))) == 3
    made = desk.made(channel=Channel.DIGEST, limit=3)
    assert made.is_new and names(made.round) == names(preview)
    desk.tell("late", good_project("late"))
    again = desk.made(limit=9)
    assert not again.is_new
    assert again.round == desk.show() == made.round
    assert made.round.channel is Channel.DIGEST


def test_showing_records_nothing(desk: Desk) -> None:
    first = desk.show()
    assert desk.show() == first
    desk.days_later(7)
    assert {item.times_given for item in desk.show().items} == {0}


def test_next_period_begins_with_what_entered_since(desk: Desk) -> None:
    assert len(names(desk.make(limit=2))) == 2
    desk.days_later(7)
    desk.tell("late", good_project("late"))
    second = desk.make(limit=4)
    assert (second.items[0].match.profile_id, second.items[0].why_now) == ("late", WhyNow.NEW)
    assert second.since == desk.now - timedelta(days=7)
    assert [item.why_now for item in second.items[1:]] == [WhyNow.WAITING, WhyNow.AGAIN, WhyNow.AGAIN]


def test_a_revision_that_matches_clearly_better_is_news(desk: Desk) -> None:
    desk.make(limit=1)
    assert "other00" not in names(desk.make(period=Period.DAILY, limit=1))
    desk.days_later(7)
    desk.tell("other00", good_project("other00"), 2)
    improved = desk.show()
    # Below the floor before, it was not among the matches at all; either way it is news.
    assert improved.items[0].match.profile_id == "other00"
    assert improved.items[0].why_now in (WhyNow.NEW, WhyNow.IMPROVED)


def test_kinds_that_a_round_did_not_ask_for_are_no_news_next_time(desk: Desk) -> None:
    project = "anode"
    both = (Kind.RD_DEMAND, Kind.PILOT_PLATFORM)
    assert desk.make(project, kinds=both).items
    desk.days_later(7)
    desk.make(project, kinds=(Kind.PILOT_PLATFORM,))
    desk.days_later(7)
    last = desk.show(project, kinds=both)
    assert last.items and {item.why_now for item in last.items} == {WhyNow.AGAIN}


@pytest.mark.parametrize("kind", ["dismissed", "declined"])
@pytest.mark.parametrize("is_personalised", [True, False])
def test_whom_a_side_has_refused_is_left_out_at_once(desk_on_both: Desk, kind: str, is_personalised: bool) -> None:
    desk = desk_on_both
    desk.make(is_personalised=is_personalised)
    desk.feedback(kind, "anode")
    desk.feedback(kind, READER, "cells")  # the other side may be the one
    for asked in (desk.show(is_personalised=is_personalised), desk.show(period=Period.DAILY)):
        assert best(names(asked)) == {"electrolyte"}
    desk.days_later(7)
    later = desk.make(is_personalised=is_personalised)
    assert best(names(later)) == {"electrolyte"} and later.held_back.dismissed == 2


@pytest.mark.parametrize("state", ["requested", "accepted", "met", "closed", "declined"])
def test_whom_the_reader_was_introduced_to_is_left_out_at_once(desk: Desk, state: str) -> None:
    assert "anode" in names(desk.make())
    desk.introduce(READER, "anode", state)
    assert "anode" not in names(desk.show())
    desk.days_later(7)
    assert "anode" not in names(desk.make())


def test_who_withdraws_hides_or_becomes_anonymous_is_shown_accordingly(desk: Desk) -> None:
    desk.tell("anode", good_project("anode", organisation="Anode Works (fictional)"), 2)
    shown = {item.match.profile_id: item.match.organisation for item in desk.make().items}
    assert shown["anode"] == "Anode Works (fictional)"
    desk.tell("anode", good_project("anode", organisation="Anode Works (fictional)", visibility="anonymous"), 3)
    desk.tell("cells", good_project("cells", visibility="hidden"), 2)
    desk.withdraw("electrolyte")
    later = {item.match.profile_id: item.match.organisation for item in desk.show().items}
    assert later["anode"] is None
    assert best(later) == {"anode"}


def test_members_only_contacts_are_not_told_to_others(desk: Desk) -> None:
    desk.tell("anode", good_project("anode", visibility="members"), 2)
    assert "anode" in names(desk.make())
    assert "anode" not in names(desk.show(sees_members=False))
    assert "anode" not in names(desk.show(period=Period.DAILY, sees_members=False))


def test_the_readers_own_house_is_not_recommended_to_it(desk: Desk) -> None:
    desk.tell("anode", good_project("anode", owner="org-one"), 2)
    mine = good_project("mine", owner="org-one")
    desk.tell("mine", mine)
    desk.tell("wanted", make_platform(title="Silicon anode cells with a stable solid electrolyte", owner="org-one"))
    found = desk.show("mine")
    assert "wanted" not in names(found) and found.held_back.same_owner == 1


def test_quota_holds_over_both_kinds_of_ranking(kept_database: Database) -> None:
    desk = Desk(kept_database, indexer_on(kept_database), quota=3)
    assert len(desk.make(limit=2).items) == 2
    assert len(desk.make(is_personalised=False).items) == 1
    assert len(desk.make(period=Period.DAILY, limit=50).items) == 3
    desk.days_later(7)
    assert len(desk.make().items) == 3


def test_a_profile_is_recommended_to_no_more_readers_than_it_can_take(kept_database: Database) -> None:
    desk = Desk(kept_database, indexer_on(kept_database), readers=1)
    taken = best(names(desk.make()))
    assert len(taken) == 3
    rival = desk.make("rival")
    assert best(names(rival)) == set() and rival.held_back.at_capacity >= 3
    assert best(names(desk.show())) == taken  # its own places are not taken from it
    desk.days_later(7)
    assert len(best(names(desk.make("rival")))) == 3


def test_stated_capacity_and_open_introductions_count(desk_on_both: Desk) -> None:
    desk = desk_on_both
    line = make_platform(title="Silicon anode cells with a stable solid electrolyte", sectors=["energy"], capacity=1)
    desk.tell("line", line)
    assert "line" in names(desk.make("anode"))
    assert "line" not in names(desk.make("cells"))
    desk.days_later(7)
    desk.introduce("electrolyte", "line", "requested")
    assert "line" not in names(desk.make("anode"))
    desk.introduce("electrolyte", "line", "requested")  # the same pair is not counted twice
    assert "line" not in names(desk.show("cells"))


def test_two_at_once_share_a_capacity_and_a_reader_gets_one_round(kept_database: Database) -> None:
    desk = Desk(kept_database, indexer_on(kept_database), readers=1)
    readers = [READER, "rival", READER, "rival", READER, "rival"]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(desk.made, readers))
    assert [one.is_new for one in made].count(True) == 2
    by_reader = {reader: names(one.round) for reader, one in zip(readers, made, strict=True)}
    assert len(set(map(str, by_reader.values()))) == 2
    assert not best(by_reader[READER]) & best(by_reader["rival"])


def test_load_spreads_over_weeks_until_unanswered_contacts_rest(kept_database: Database) -> None:
    desk = Desk(kept_database, indexer_on(kept_database), repeats=2)
    for name in ("fourth", "fifth"):
        desk.tell(name, good_project(name))
    times: Counter[str] = Counter()
    for _ in range(5):
        times.update(names(desk.make(limit=2)))
        desk.days_later(7)
    good = {"anode", "cells", "electrolyte", "fourth", "fifth"}
    assert {times[name] for name in good} == {2}
    resting = desk.make(limit=2)
    assert not good & set(names(resting)) and resting.held_back.resting >= 5
    desk.feedback("opened", "anode")
    desk.days_later(7)
    assert "anode" in names(desk.make(limit=2))  # interest: it is no longer unanswered


def test_without_profiling_what_the_reader_did_changes_nothing(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.make(is_personalised=False)
    for days, name in ((7, "anode"), (7, "cells"), (7, "anode")):
        desk.days_later(days)
        silent = desk.show(is_personalised=False)
        desk.feedback("opened", name)
        desk.feedback("shortlisted", name)
        desk.feedback("shown", name)
        assert desk.show(is_personalised=False) == silent
        desk.make(is_personalised=False)
    desk.days_later(7)
    resting = desk.show(is_personalised=False)
    assert "electrolyte" not in names(resting)
    desk.feedback("opened", "electrolyte")
    assert desk.show(is_personalised=False) == resting


def test_a_recommendation_is_explained_later_as_it_was_given(desk_on_both: Desk) -> None:
    desk = desk_on_both
    made = desk.make()
    desk.tell("anode", good_project("anode", summary="Something else"), 2)
    desk.days_later(100)
    for item in made.items:
        assert item.recommendation_id is not None
        kept, found = desk.service.find(item.recommendation_id)
        assert found == item and kept == made
        assert found.match.explanation is not None and found.match.forward.contributions
    with pytest.raises(RecommendationNotFound):
        desk.service.find("rec_unknown")


def test_old_rounds_are_forgotten_after_the_retention(kept_database: Database) -> None:
    desk = Desk(kept_database, indexer_on(kept_database), retention=timedelta(days=10))
    old = desk.make().items[0].recommendation_id
    assert old is not None
    desk.days_later(14)
    newer = desk.make("rival").items[0].recommendation_id
    assert newer is not None and desk.service.find(newer)
    with pytest.raises(RecommendationNotFound):
        desk.service.find(old)


class Seasons(RuleBasedStateMachine):
    """Weeks of rounds, dismissals and introductions, in any order: limits hold, and nobody settled comes back."""

    readers = (READER, "rival")
    databases: ClassVar[list[Database]] = []
    quota, capacity = 2, 1

    def __init__(self) -> None:
        super().__init__()
        [database] = self.databases
        self.desk = Desk(database, indexer_on(database), quota=self.quota, readers=self.capacity, repeats=2)
        self.settled: set[tuple[str, str]] = set()
        self.given: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        """By week and target: the readers."""

    @rule(reader=st.sampled_from(readers), is_personalised=st.booleans())
    def make(self, reader: str, is_personalised: bool) -> None:
        made = self.desk.made(reader, is_personalised=is_personalised)
        for target in names(made.round):
            assert (reader, target) not in self.settled
            if made.is_new:
                self.given[made.round.key.period_key][target].add(reader)
        assert made.round == self.desk.show(reader, is_personalised=is_personalised)

    @rule(reader=st.sampled_from(readers), contact=st.sampled_from(["anode", "cells"]), is_dismissed=st.booleans())
    def settle(self, reader: str, contact: str, is_dismissed: bool) -> None:
        if is_dismissed:
            self.desk.feedback("dismissed", contact, reader)
        else:
            self.desk.introduce(reader, contact, "met")
        self.settled.add((reader, contact))

    @rule()
    def week_passes(self) -> None:
        self.desk.days_later(7)

    @invariant()
    def limits_hold(self) -> None:
        for week in self.given.values():
            assert all(len(readers) <= self.capacity for readers in week.values())
            for reader in self.readers:
                assert sum(reader in readers for readers in week.values()) <= self.quota


def test_limits_hold_in_any_order_of_weeks_rounds_and_refusals(sqlite_database: Database) -> None:
    Seasons.databases[:] = [sqlite_database]
    run_state_machine_as_test(
        Seasons, settings=settings(max_examples=12, stateful_step_count=12, deadline=None, derandomize=True)
    )
