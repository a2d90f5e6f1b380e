"""Makes reports from one snapshot, the exposures and the feedback read so far."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.matcher.domain.counterparts import COUNTERPARTS
from services.matcher.introductions.repository import all_steps
from services.matcher.introductions.steps import IntroductionSteps
from services.matcher.judgments.event import Event
from services.matcher.judgments.feedback_repository import all_events
from services.matcher.matching.matchmaker import Matchmaker
from services.matcher.reports.coverage import Covered, coverage_tables, sampled
from services.matcher.reports.exposure import exposure_tables, platform_tables
from services.matcher.reports.funnel import acceptance_tables, funnel_tables
from services.matcher.reports.park_ready import park_ready_tables
from services.matcher.reports.supply import supply_tables
from services.matcher.reports.table_parts import words
from services.matcher.retrieval.segment import Entry
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.run_repository import read_exposures
from services.matcher.scoring.policy import RankingPolicy
from shared.contracts.explanations import BilingualText
from shared.contracts.matches import MatchRequest, Provenance
from shared.contracts.reports import Report, ReportName, ReportTable
from shared.contracts.vocabularies import Explain
from shared.kit.database import Database

Clock = Callable[[], datetime]
TITLES: Mapping[ReportName, BilingualText] = {
    ReportName.SUPPLY: words("Supply and demand", "供需概况"),
    ReportName.COVERAGE: words("Coverage and unmet demand", "覆盖与未满足需求"),
    ReportName.FUNNEL: words("From match to outcome", "从匹配到结果"),
    ReportName.ACCEPTANCE: words("Acceptance", "接受情况"),
    ReportName.EXPOSURE: words("Exposure", "曝光情况"),
    ReportName.PLATFORMS: words("Pilot platforms", "中试平台"),
    ReportName.PARK_READY: words("Ready for an industrial park", "可入园项目"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """Which feedback counts, and how many profiles of a kind are asked for coverage."""

    since: datetime | None = None
    until: datetime | None = None
    sample: int = 200

    def covers(self, moment: datetime) -> bool:
        """Whether what happened then counts."""
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)


class ReportService:
    """Reports of one matcher; counts below `minimum` are left out."""

    def __init__(self, database: Database, minimum: int, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._minimum = minimum
        self._clock = clock

    def report(self, name: ReportName, query: ReportQuery, matchmaker: Matchmaker, policy: RankingPolicy) -> Report:
        """One report, on the snapshot of now."""
        snapshot = matchmaker.current
        return Report(
            name=name,
            title=TITLES[name],
            tables=self._tables(name, query, matchmaker, snapshot, policy),
            minimum_cell=self._minimum,
            since=query.since,
            until=query.until,
            provenance=Provenance(
                policy=policy.revision,
                model=snapshot.model_id,
                snapshot=snapshot.version,
                feed_seq=snapshot.feed_seq,
            ),
            reported_at=self._clock(),
        )

    def _tables(
        self, name: ReportName, query: ReportQuery, matchmaker: Matchmaker, snapshot: Snapshot, policy: RankingPolicy
    ) -> tuple[ReportTable, ...]:
        entries = sorted(snapshot.entries(), key=lambda one: one.profile_id)
        if name is ReportName.SUPPLY:
            return supply_tables(entries, self._minimum)
        if name is ReportName.COVERAGE:
            covered = list(_covered(entries, query.sample, matchmaker, snapshot, policy))
            return coverage_tables(covered, self._minimum, query.sample)
        if name is ReportName.PARK_READY:
            return park_ready_tables(entries, self._minimum)
        if name is ReportName.EXPOSURE:
            return exposure_tables(entries, self._exposures(), self._minimum)
        if name is ReportName.PLATFORMS:
            return platform_tables(entries, self._events(query), self._minimum)
        tables_of = funnel_tables if name is ReportName.FUNNEL else acceptance_tables
        return tables_of(self._events(query), self._introductions(query), self._minimum)

    def _exposures(self) -> dict[str, int]:
        with self._database.read() as session:
            return read_exposures(session)

    def _events(self, query: ReportQuery) -> Sequence[Event]:
        with self._database.read() as session:
            events = all_events(session)
        return [one for one in events if query.covers(one.at)]

    def _introductions(self, query: ReportQuery) -> Sequence[IntroductionSteps]:
        """Their steps of the time asked for; those without any are left out."""
        with self._database.read() as session:
            known = all_steps(session)
        told = [
            replace(one, reached={state: at for state, at in one.reached.items() if query.covers(at)}) for one in known
        ]
        return [one for one in told if one.reached]


def _covered(
    entries: Sequence[Entry], sample: int, matchmaker: Matchmaker, snapshot: Snapshot, policy: RankingPolicy
) -> Iterator[tuple[Entry, Covered]]:
    """Each of the sample asked as it would ask by itself; nothing is recorded."""
    for kind, targets in COUNTERPARTS.items():
        for entry in sampled(entries, kind, sample):
            request = MatchRequest(
                subject_id=entry.profile_id,
                target_kinds=targets,
                limit=1,
                explain=Explain.NONE,
                policy=policy.revision,
                record_run=False,
            )
            answer = matchmaker.answer(request, snapshot)
            if answer.arranged.matches:
                yield entry, Covered.MATCHED
            else:
                yield entry, Covered.BELOW_FLOOR if answer.eligible else Covered.NOBODY_ELIGIBLE
