"""The learning simulator: what is learned in it, by the product's code; its report whole."""

import json
import math

import numpy as np
import pytest
from typer.testing import CliRunner

from services.cli.bench.commands import bench_app
from services.cli.bench.learning import ALL, NOTHING, WAYS, LearningOptions, RoundResult, courses_of
from services.cli.bench.learning_memory import Lessons, Memory, Weights
from services.cli.bench.learning_people import People, PeopleSettings, broken_limit, draw_people, fails
from services.cli.bench.learning_round import Luck, Played, RoundSettings, play
from services.cli.bench.learning_variations import variations_of
from shared.contracts.feedback import FeedbackType

SMALL = PeopleSettings(side_a=60, side_b=60)
EVERYBODY = (np.arange(60), np.arange(60))


@pytest.fixture(scope="module")
def people() -> People:
    return draw_people(SMALL, 60, 60, (0, 0))


def played(people: People, memory: Memory, number: int = 0) -> Played:
    luck = Luck.draw((60, 60), (0, number))
    return play(people, EVERYBODY, memory.scores(), luck, number, RoundSettings())


def remembering(people: People, lessons: Lessons) -> Memory:
    return Memory(people=people, lessons=lessons, weights=Weights(taken=1.0), seed=(0,))


def test_limits_are_part_of_what_people_want(people: People) -> None:
    for person in range(60):
        for counterpart in range(60):
            if broken_limit(people.b, person, counterpart) is not None:
                assert not people.b_wants_a[counterpart, person]
    assert 0.05 < people.a_wants_b.mean() < 0.2


def test_a_round_is_told_as_feedback_that_agrees_with_it(people: People) -> None:
    result = played(people, remembering(people, Lessons()))
    told = {(event.type, *sorted((event.subject_id, event.target_id))) for event in result.events}
    for a, b in result.met:
        assert people.a_wants_b[a, b] and people.b_wants_a[a, b]
        assert (FeedbackType.OUTCOME, people.a.ids[a], people.b.ids[b]) in told
    assert max(result.exposures_a.max(), result.exposures_b.max()) <= RoundSettings().exposure_cap
    assert sum(len(one.reached) == 2 for one in result.introductions) == len(result.introductions)


def test_dismissed_and_met_pairs_are_not_shown_again(people: People) -> None:
    memory = remembering(people, Lessons(suppression=True))
    result = played(people, memory)
    memory.learn(result, EVERYBODY, 0)
    scores = memory.scores()
    for event in result.events:
        if event.type in (FeedbackType.DISMISSED, FeedbackType.OUTCOME):
            a, b = sorted((event.subject_id, event.target_id))
            assert scores[people.a.ids.index(a), people.b.ids.index(b)] == 0


def test_suggested_rules_mostly_say_what_their_owners_kept_to_themselves(people: People) -> None:
    memory = remembering(people, Lessons(rules=True))
    for number in range(3):
        memory.learn(played(people, memory, number), EVERYBODY, number)
    assert memory.taken > 20
    assert memory.wrong <= 0.1 * memory.taken
    hidden = {owner: rules for owner, rules in memory.rules.items() if owner.startswith("b")}
    limits = dict(zip(people.b.ids, people.b.broken, strict=True))
    hits = [
        fails(rule, people.a)[np.logical_or.reduce([np.zeros(60, dtype=bool), *limits[owner]])].sum()
        / max(fails(rule, people.a).sum(), 1)
        for owner, rules in hidden.items()
        for rule in rules
    ]
    assert np.mean(hits) > 0.9  # of those a rule shuts out, so many break a limit


def test_priors_tell_who_answers(people: People) -> None:
    memory = remembering(people, Lessons(priors=True))
    for number in range(4):
        memory.learn(played(people, memory, number), EVERYBODY, number)
    known = [memory.responsiveness.of(one, cells) for one, cells in zip(people.b.ids, people.b.cells, strict=True)]
    assert np.corrcoef(known, people.b.answering)[0, 1] > 0.5


def test_three_rounds_of_feedback_raise_mutual_matches_and_exposure_stays_bounded() -> None:
    ways = {NOTHING: WAYS[NOTHING], ALL: WAYS[ALL]}
    courses = courses_of(LearningOptions(repeats=2), ways=ways)

    def matches(name: str, number: int) -> int:
        return sum(course.rounds[number].matches for course in courses[name])

    assert matches(ALL, 3) > matches(ALL, 0)
    assert matches(ALL, 3) > matches(NOTHING, 3)
    results: list[RoundResult] = [one for found in courses.values() for course in found for one in course.rounds]
    assert max(one.most_exposed for one in results) <= 20
    assert max(one.exposure_gini for one in results) <= 0.5


def test_equal_seeds_give_equal_courses() -> None:
    options = LearningOptions(people=PeopleSettings(side_a=30, side_b=30), repeats=1, number_of_rounds=2)
    assert courses_of(options) == courses_of(options)


def test_variations_change_something_each() -> None:
    options = LearningOptions()
    variations = list(variations_of(options).values())
    assert variations[0] == options
    assert len({str(one) for one in variations}) == len(variations)


@pytest.mark.parametrize(("flag", "rows"), [([], 5), (["--sensitivity"], 13)])
def test_command_reports_to_people_and_machines(flag: list[str], rows: int) -> None:
    small = ["--side-a", "10", "--side-b", "10", "--rounds", "2", "--repeats", "1"]
    result = CliRunner().invoke(bench_app, ["learning", *small, "--json", "-", *flag])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["benchmark"], len(report["rows"])) == ("learning", rows)
    for row in report["rows"]:
        assert all(math.isfinite(value) for name, value in row.items() if name != "name")
