"""A recorded round as it may still be shown: without whom was dismissed, introduced or withdrawn since; pure."""

from collections.abc import Collection
from dataclasses import replace

from services.matcher.recommendations.question import Question
from services.matcher.recommendations.records import Item, Round
from services.matcher.retrieval.segment import Entry
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.vocabularies import Visibility


def standing(round_: Round, snapshot: Snapshot, settled: Collection[str], *, sees_members: bool) -> Round:
    """What is left of it; `settled` are the targets that were dismissed or introduced. Places stay as they were."""
    kept = []
    for item in round_.items:
        found = snapshot.find(item.match.profile_id)
        if found is None or item.match.profile_id in settled:
            continue
        entry = found[0].entries[found[1]]
        if entry.visibility is Visibility.HIDDEN or (entry.visibility is Visibility.MEMBERS and not sees_members):
            continue
        kept.append(_as_named_now(item, entry))
    return replace(round_, items=tuple(kept))


def narrowed(round_: Round, question: Question) -> Round:
    """Only the kinds that are asked for, and no more than asked for."""
    items = [item for item in round_.items if not question.kinds or item.match.kind in question.kinds]
    return replace(round_, items=tuple(items[: question.limit]))


def _as_named_now(item: Item, entry: Entry) -> Item:
    """Who has become anonymous since is named no longer."""
    if entry.visibility is not Visibility.ANONYMOUS or item.match.organisation is None:
        return item
    return replace(item, match=item.match.model_copy(update={"organisation": None}))
