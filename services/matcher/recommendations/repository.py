"""SQL of recommendations: rounds, what was given to whom, who is taken up, and who has dismissed whom."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select, text

from services.matcher.recommendation_tables import RecommendationRoundRow, RecommendationRow
from services.matcher.recommendations.records import Item, Round, RoundKey, pack_match, unpack_match
from services.matcher.recommendations.rotation import Given
from services.matcher.tables import FeedbackRow, IntroductionRow
from shared.contracts.feedback import FeedbackType
from shared.contracts.introductions import IntroductionState
from shared.contracts.matches import Provenance
from shared.contracts.recommendations import Channel, HeldBack, Period, WhyNow
from shared.kit.database import ReadSession, WriteSession

_OPEN = (
    IntroductionState.IN_REVIEW,
    IntroductionState.REQUESTED,
    IntroductionState.ACCEPTED,
    IntroductionState.INTRODUCED,
)
"""States in which an introduction takes up a place of both sides."""
_REFUSALS = (FeedbackType.DISMISSED, FeedbackType.DECLINED)
_INTEREST = (FeedbackType.OPENED, FeedbackType.SHORTLISTED)
_PRUNED_AT_ONCE = 200


def lock(session: WriteSession) -> None:
    """Let nobody else make a round until this transaction ends: capacities are counted and taken in one go."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(text("LOCK TABLE recommendation_rounds IN EXCLUSIVE MODE"))


def find_round(session: ReadSession, key: RoundKey) -> Round | None:
    """The recorded round of a reader and period."""
    row = session.get(RecommendationRoundRow, key.round_id)
    return None if row is None else _round(session, row)


def round_of(session: ReadSession, round_id: str) -> Round | None:
    """A recorded round by its id."""
    row = session.get(RecommendationRoundRow, round_id)
    return None if row is None else _round(session, row)


def round_id_of(session: ReadSession, recommendation_id: str) -> str | None:
    """The round that a recommendation belongs to."""
    return session.scalar(
        select(RecommendationRow.round_id).where(RecommendationRow.recommendation_id == recommendation_id)
    )


def last_round(session: ReadSession, reader_id: str, *, is_personalised: bool) -> tuple[datetime, bytes] | None:
    """When the reader's newest round of the same ranking was made, and the packed matches of then."""
    query = (
        select(RecommendationRoundRow.given_at, RecommendationRoundRow.seen)
        .where(
            RecommendationRoundRow.reader_id == reader_id,
            RecommendationRoundRow.is_personalised == is_personalised,
        )
        .order_by(RecommendationRoundRow.given_at.desc(), RecommendationRoundRow.round_id)
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    return None if found is None else (found.given_at, found.seen)


def given_to(session: ReadSession, reader_id: str, *, counts_interest: bool) -> dict[str, Given]:
    """What a reader was given before, by target; where interest counts, `unanswered` begins anew after it."""
    query = select(RecommendationRow.target_id, RecommendationRow.given_at)
    moments: defaultdict[str, list[datetime]] = defaultdict(list)
    for target_id, given_at in session.execute(query.where(RecommendationRow.reader_id == reader_id)):
        moments[target_id].append(given_at)
    interest = _last_interest(session, reader_id) if counts_interest and moments else {}
    return {target_id: _given(times, interest.get(target_id)) for target_id, times in moments.items()}


def given_in(session: ReadSession, reader_id: str, period_key: str) -> int:
    """How many contacts a reader was given in a period, in all of its rounds."""
    query = (
        select(func.count())
        .select_from(RecommendationRow)
        .join(RecommendationRoundRow, RecommendationRoundRow.round_id == RecommendationRow.round_id)
        .where(RecommendationRoundRow.reader_id == reader_id, RecommendationRoundRow.period_key == period_key)
    )
    return session.scalar(query) or 0


def refused(session: ReadSession, profile_id: str, targets: Collection[str]) -> set[str]:
    """Those of the targets that the profile has dismissed or declined, or that have done so with it."""
    mine = and_(FeedbackRow.subject_id == profile_id, FeedbackRow.target_id.in_(targets))
    theirs = and_(FeedbackRow.subject_id.in_(targets), FeedbackRow.target_id == profile_id)
    query = select(FeedbackRow.subject_id, FeedbackRow.target_id).where(or_(mine, theirs))
    pairs = session.execute(query.where(FeedbackRow.type.in_(_REFUSALS)))
    return {target if subject == profile_id else subject for subject, target in pairs}


def taken(session: ReadSession, targets: Collection[str], *, reader_id: str, since: datetime) -> Counter[str]:
    """By target: how many other readers it was given to since a moment or is in an open introduction with."""
    others: defaultdict[str, set[str]] = defaultdict(set)
    given = select(RecommendationRow.target_id, RecommendationRow.reader_id).where(
        RecommendationRow.target_id.in_(targets), RecommendationRow.given_at >= since
    )
    for target_id, other in session.execute(given):
        others[target_id].add(other)
    is_theirs = or_(IntroductionRow.subject_id.in_(targets), IntroductionRow.target_id.in_(targets))
    pairs = select(IntroductionRow.subject_id, IntroductionRow.target_id).where(IntroductionRow.state.in_(_OPEN))
    for subject_id, target_id in session.execute(pairs.where(is_theirs)):
        others[target_id].add(subject_id)
        others[subject_id].add(target_id)
    return Counter({target_id: len(others[target_id] - {reader_id}) for target_id in targets if target_id in others})


def insert_round(session: WriteSession, made: Round, given_at: datetime, seen: bytes) -> None:
    """Keep a round and its recommendations."""
    session.add(
        RecommendationRoundRow(
            round_id=made.key.round_id,
            reader_id=made.key.reader_id,
            period=made.key.period.value,
            period_key=made.key.period_key,
            is_personalised=made.key.is_personalised,
            channel=made.channel.value,
            since=made.since,
            run_id=made.run_id,
            provenance=made.provenance.model_dump_json(),
            held_back=made.held_back.model_dump_json(),
            seen=seen,
            given_at=given_at,
        )
    )
    session.add_all(_row(made.key, item, given_at) for item in made.items)


def prune(session: WriteSession, before: datetime) -> None:
    """Forget some of the rounds that were made before a moment."""
    oldest = (
        select(RecommendationRoundRow.round_id)
        .where(RecommendationRoundRow.given_at < before)
        .order_by(RecommendationRoundRow.given_at)
        .limit(_PRUNED_AT_ONCE)
    )
    _forget(session, session.scalars(oldest).all())


def _forget(session: WriteSession, round_ids: Sequence[str]) -> None:
    session.execute(delete(RecommendationRow).where(RecommendationRow.round_id.in_(round_ids)))
    session.execute(delete(RecommendationRoundRow).where(RecommendationRoundRow.round_id.in_(round_ids)))


def _last_interest(session: ReadSession, reader_id: str) -> dict[str, datetime]:
    query = (
        select(FeedbackRow.target_id, func.max(FeedbackRow.happened_at))
        .where(FeedbackRow.subject_id == reader_id, FeedbackRow.type.in_(_INTEREST))
        .group_by(FeedbackRow.target_id)
    )
    return dict(session.execute(query).all())


def _given(moments: Iterable[datetime], interest: datetime | None) -> Given:
    ordered = sorted(moments)
    unanswered = [moment for moment in ordered if interest is None or moment > interest]
    return Given(times=len(ordered), last_at=ordered[-1], unanswered=len(unanswered))


def _row(key: RoundKey, item: Item, given_at: datetime) -> RecommendationRow:
    return RecommendationRow(
        recommendation_id=key.recommendation_id(item.match.profile_id),
        round_id=key.round_id,
        reader_id=key.reader_id,
        target_id=item.match.profile_id,
        rank=item.match.rank,
        why_now=item.why_now.value,
        times_given=item.times_given,
        last_given_at=item.last_given_at,
        match=pack_match(item.match),
        given_at=given_at,
    )


def _round(session: ReadSession, row: RecommendationRoundRow) -> Round:
    items = select(RecommendationRow).where(RecommendationRow.round_id == row.round_id).order_by(RecommendationRow.rank)
    return Round(
        key=RoundKey(
            reader_id=row.reader_id,
            period=Period(row.period),
            period_key=row.period_key,
            is_personalised=row.is_personalised,
        ),
        channel=Channel(row.channel),
        since=row.since,
        given_at=row.given_at,
        run_id=row.run_id,
        provenance=Provenance.model_validate_json(row.provenance),
        held_back=HeldBack.model_validate_json(row.held_back),
        items=tuple(_item(item) for item in session.scalars(items)),
    )


def _item(row: RecommendationRow) -> Item:
    return Item(
        recommendation_id=row.recommendation_id,
        why_now=WhyNow(row.why_now),
        times_given=row.times_given,
        last_given_at=row.last_given_at,
        match=unpack_match(row.match),
    )
