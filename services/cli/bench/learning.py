"""Whether what people do teaches the platform: rounds of a made-up market, with and without each way of learning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from services.cli.bench.learning_memory import Lessons, Memory, Weights
from services.cli.bench.learning_people import People, PeopleSettings, draw_people
from services.cli.bench.learning_round import Luck, Present, RoundSettings, play
from services.cli.bench.report import BenchReport, Row
from services.matcher.evaluation.comparison import StageProgress, no_progress
from services.matcher.evaluation.intervals import Interval, mean_intervals
from services.matcher.evaluation.set_measures import gini

NOTHING, ALL = "nothing learned", "all of it"
WAYS: Mapping[str, Lessons] = {
    NOTHING: Lessons(),
    "suppression": Lessons(suppression=True),
    "suggested rules": Lessons(rules=True),
    "priors": Lessons(priors=True),
    ALL: Lessons(suppression=True, rules=True, priors=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOptions:
    """What to simulate."""

    people: PeopleSettings = field(default_factory=PeopleSettings)
    rounds: RoundSettings = field(default_factory=RoundSettings)
    weights: Weights = field(default_factory=Weights)
    number_of_rounds: int = 4
    arrivals_a: float = 1.0
    """Share of projects that make room for new ones after each round: incubators admit in cohorts, and rounds with as
    many fresh pairs can be compared. Whoever stays has met the best already."""
    arrivals_b: float = 0.0
    """Share of demands: enterprises stay."""
    seed: int = 0
    repeats: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """One round of one way of learning."""

    matches: int
    exposure_gini: float
    most_exposed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All rounds of one way of learning in one market."""

    rounds: Sequence[RoundResult]
    suggested: int
    taken: int
    wrong: int


def run(options: LearningOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Every way of learning in the same markets with the same people, arrivals and luck."""
    courses = courses_of(options, progress)
    matches = {name: _matches(of_way) for name, of_way in courses.items()}  # (repeats, rounds)
    gain = {name: _interval(found[:, -1] - found[:, 0]) for name, found in matches.items()}
    beyond = {name: _interval(found[:, -1] - matches[NOTHING][:, -1]) for name, found in matches.items()}
    cap = options.rounds.exposure_cap
    most = max(one.most_exposed for of_way in courses.values() for course in of_way for one in course.rounds)
    widest = max(one.exposure_gini for of_way in courses.values() for course in of_way for one in course.rounds)
    bound = 1 - options.rounds.places / cap
    last = options.number_of_rounds
    return BenchReport(
        benchmark="learning",
        settings=settings_of(options),
        rows=[Row(name=name, figures=_figures(of_way, gain[name], beyond[name])) for name, of_way in courses.items()],
        ratios={
            f"all of it / nothing learned, round {last}": _ratio(matches[ALL][:, -1], matches[NOTHING][:, -1]),
            f"all of it, round {last} / round 1": _ratio(matches[ALL][:, -1], matches[ALL][:, 0]),
            f"nothing learned, round {last} / round 1": _ratio(matches[NOTHING][:, -1], matches[NOTHING][:, 0]),
        },
        checks={
            f"round {last} after all feedback has more mutual matches than round 1, 95 %": gain[ALL].low > 0,
            f"and more than round {last} with nothing learned, 95 %": beyond[ALL].low > 0,
            f"nobody stands in more than {cap} lists of a round (most: {most})": most <= cap,
            f"exposure Gini <= {bound:.2f} in every round, what the cap allows (widest: {widest:.2f})": (
                widest <= bound
            ),
        },
        notes=(
            "everybody begins each round with full capacity; the same people come and go and have the same luck in "
            "every row, and round 1 is the same for all",
            "who has met is never shown again, in every row: what is left is harder, whatever is learned",
        ),
    )


def courses_of(
    options: LearningOptions, progress: StageProgress = no_progress, ways: Mapping[str, Lessons] = WAYS
) -> Mapping[str, Sequence[Course]]:
    """By way of learning, one course a market."""
    found: dict[str, list[Course]] = {name: [] for name in ways}
    for repeat in range(options.repeats):
        progress("Markets", repeat, options.repeats)
        seed = (options.seed, repeat)
        presents = _presents(options, seed)
        size_a, size_b = (int(max(one[side].max() for one in presents)) + 1 for side in (0, 1))
        people = draw_people(options.people, size_a, size_b, (*seed, 0))
        for name, lessons in ways.items():
            found[name].append(_course(people, presents, lessons, options, seed))
    return found


def _course(
    people: People,
    presents: Sequence[tuple[Present, Present]],
    lessons: Lessons,
    options: LearningOptions,
    seed: tuple[int, ...],
) -> Course:
    memory = Memory(people=people, lessons=lessons, weights=options.weights, seed=seed)
    rounds = []
    for number, present in enumerate(presents):
        luck = Luck.draw(people.forward.shape, (*seed, 3, number))
        played = play(people, present, memory.scores(), luck, number, options.rounds)
        exposures = np.concatenate([played.exposures_a, played.exposures_b])
        rounds.append(
            RoundResult(
                matches=len(played.met),
                exposure_gini=gini(exposures.astype(np.float64)),
                most_exposed=int(exposures.max()),
            )
        )
        memory.learn(played, present, number)
    return Course(rounds=rounds, suggested=memory.suggested, taken=memory.taken, wrong=memory.wrong)


def _presents(options: LearningOptions, seed: tuple[int, ...]) -> list[tuple[Present, Present]]:
    """Who is there in each round, by number; newcomers have the next numbers."""
    generator = np.random.default_rng((*seed, 4))
    here = [np.arange(options.people.side_a), np.arange(options.people.side_b)]
    presents = [(here[0], here[1])]
    for _ in range(1, options.number_of_rounds):
        for side, share in enumerate((options.arrivals_a, options.arrivals_b)):
            size = len(here[side])
            leaving = generator.choice(size, round(share * size), replace=False)
            changed = here[side].copy()
            changed[leaving] = int(max(one[side].max() for one in presents)) + 1 + np.arange(len(leaving))
            here[side] = changed
        presents.append((here[0], here[1]))
    return presents


def _matches(courses: Sequence[Course]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([[one.matches for one in course.rounds] for course in courses], dtype=np.float64)


def mean_matches(courses: Sequence[Course]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """(rounds,) means over the markets."""
    return np.asarray(_matches(courses).mean(axis=0))


def _interval(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Interval:
    return mean_intervals(values[:, None])[0]


def _figures(courses: Sequence[Course], gain: Interval, beyond: Interval) -> Mapping[str, float]:
    matches = _matches(courses).mean(axis=0)
    ginis = np.array([[one.exposure_gini for one in course.rounds] for course in courses]).mean(axis=0)
    return {
        **{f"round {number}": float(mean) for number, mean in enumerate(matches, start=1)},
        "last - first": gain.mean,
        "±": gain.half_width,
        "last - nothing": beyond.mean,
        "± ": beyond.half_width,
        "gini first": float(ginis[0]),
        "gini last": float(ginis[-1]),
        "suggested": float(np.mean([course.suggested for course in courses])),
        "taken": float(np.mean([course.taken for course in courses])),
        "wrong": float(np.mean([course.wrong for course in courses])),
    }


def _ratio(
    ours: np.ndarray[tuple[int, ...], np.dtype[np.float64]], theirs: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> float:
    return float(ours.mean() / max(theirs.mean(), 1e-6))


def settings_of(options: LearningOptions) -> Mapping[str, float]:
    """What a report names."""
    people = options.people
    return {
        "side_a": people.side_a,
        "side_b": people.side_b,
        "knowledge": people.knowledge,
        "limited": people.limited,
        "stated": people.stated,
        "spread": people.spread,
        "answering": people.answering,
        "places": options.rounds.places,
        "capacity": options.rounds.capacity,
        "exposure_cap": options.rounds.exposure_cap,
        "taken": options.weights.taken,
        "acceptance": options.weights.acceptance,
        "responsiveness": options.weights.responsiveness,
        "rounds": options.number_of_rounds,
        "arrivals_a": options.arrivals_a,
        "arrivals_b": options.arrivals_b,
        "seed": options.seed,
        "repeats": options.repeats,
    }
