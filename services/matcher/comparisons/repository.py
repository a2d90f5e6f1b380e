"""SQL of comparisons, the pairs they hold, and their drafted lists."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, delete, distinct, func, select, update

from services.matcher.comparison_tables import ComparedPairRow, ComparisonRow, DraftedListRow, DraftedResultRow
from services.matcher.interleaving.team_draft import Drafted, Team
from services.matcher.tables import MatchRunRow
from shared.kit.database import ReadSession, WriteSession

_RUNS_AT_ONCE = 500


def find_comparison(session: ReadSession, comparison_id: str) -> ComparisonRow | None:
    """One comparison."""
    return session.get(ComparisonRow, comparison_id)


def next_number(session: ReadSession) -> int:
    """The number of the next comparison."""
    return (session.scalar(select(func.max(ComparisonRow.number))) or 0) + 1


def list_comparisons(session: ReadSession, *, before: int | None, limit: int) -> Sequence[ComparisonRow]:
    """Newest first, those started before a number."""
    query = select(ComparisonRow).order_by(ComparisonRow.number.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(ComparisonRow.number < before)).all()


def running_comparisons(session: ReadSession) -> Sequence[ComparisonRow]:
    """Those that hold a pair, oldest first."""
    holding = select(ComparedPairRow.comparison_id)
    query = select(ComparisonRow).where(ComparisonRow.comparison_id.in_(holding))
    return session.scalars(query.order_by(ComparisonRow.number)).all()


def holders(session: ReadSession, pairs: Collection[str]) -> Mapping[str, str]:
    """The running comparison of each pair that has one."""
    query = select(ComparedPairRow.pair, ComparedPairRow.comparison_id).where(ComparedPairRow.pair.in_(pairs))
    return dict(session.execute(query).all())


def hold(session: WriteSession, comparison_id: str, pairs: Collection[str]) -> None:
    """Keep other comparisons from these pairs."""
    session.add_all([ComparedPairRow(pair=pair, comparison_id=comparison_id) for pair in sorted(pairs)])


def end(session: WriteSession, comparison_id: str, *, running: str, values: Mapping[str, Any]) -> bool:
    """Write how a comparison ended and free its pairs; False where it does not run any more."""
    ended = (
        update(ComparisonRow)
        .where(ComparisonRow.comparison_id == comparison_id, ComparisonRow.state == running)
        .values(**values)
        .returning(ComparisonRow.comparison_id)
    )
    if session.scalar(ended) is None:
        return False
    session.execute(delete(ComparedPairRow).where(ComparedPairRow.comparison_id == comparison_id))
    _forget_pruned(session, comparison_id)
    return True


def count_lists(session: ReadSession, comparison_id: str) -> tuple[int, int]:
    """Drafted lists, and the different subjects they were for."""
    counts = select(func.count(), func.count(distinct(DraftedListRow.subject_id)))
    lists, subjects = session.execute(counts.where(DraftedListRow.comparison_id == comparison_id)).one()
    return lists, subjects


def runs_of(comparison_id: str) -> Select[str]:
    """The runs of a comparison, as a query within others."""
    return select(DraftedListRow.run_id).where(DraftedListRow.comparison_id == comparison_id)


def chosen_results(session: ReadSession, chosen: Mapping[str, Collection[str]]) -> Mapping[str, Sequence[Drafted]]:
    """The drafted results that were chosen, by run; `chosen` names targets by run."""
    found, runs = defaultdict[str, list[Drafted]](list), sorted(chosen)
    query = select(DraftedResultRow.run_id, DraftedResultRow.target_id, DraftedResultRow.team)
    for start in range(0, len(runs), _RUNS_AT_ONCE):
        # Asked for by run alone: with the targets as well, both databases look up every run with every target.
        some = query.where(DraftedResultRow.run_id.in_(runs[start : start + _RUNS_AT_ONCE]))
        for run_id, target_id, team in session.execute(some):
            if target_id in chosen[run_id]:
                found[run_id].append(Drafted(target_id=target_id, team=Team(team)))
    return found


def _forget_pruned(session: WriteSession, comparison_id: str) -> None:
    """Lists outlive their runs only while the comparison counts them."""
    gone = runs_of(comparison_id).where(DraftedListRow.run_id.not_in(select(MatchRunRow.run_id)))
    pruned = session.scalars(gone).all()
    for start in range(0, len(pruned), _RUNS_AT_ONCE):
        some = pruned[start : start + _RUNS_AT_ONCE]
        session.execute(delete(DraftedResultRow).where(DraftedResultRow.run_id.in_(some)))
        session.execute(delete(DraftedListRow).where(DraftedListRow.run_id.in_(some)))
