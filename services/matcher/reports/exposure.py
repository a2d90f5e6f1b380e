"""How evenly profiles are shown, and how much of the platforms' capacity is used; pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from services.matcher.evaluation.set_measures import gini
from services.matcher.explain.names import KINDS
from services.matcher.judgments.event import Event
from services.matcher.reports.table_parts import columns, count_table, label, words
from services.matcher.retrieval.segment import Entry
from shared.contracts.feedback import FeedbackType, Outcome
from shared.contracts.profiles import Kind
from shared.contracts.reports import Cell, ReportTable
from shared.contracts.vocabularies import Visibility

_UNUSED, _UP_TO_HALF, _MORE, _FULL = ("unused 未使用", "up to half 不超过一半", "more 超过一半", "full 已满")
_NO_CAPACITY = label("capacity not said", "未填写容量")


def exposure_tables(entries: Sequence[Entry], shown: Mapping[str, int], minimum: int) -> tuple[ReportTable, ...]:
    """By kind: how many may be shown, in no recorded answer, and the Gini coefficient over all of them."""
    times = {
        kind: [
            shown.get(one.profile_id, 0)
            for one in entries
            if one.attributes.kind is kind and one.visibility is not Visibility.HIDDEN
        ]
        for kind in Kind
    }
    counts = {
        label(*KINDS[kind]): [sum(n > 0 for n in of_kind), sum(n == 0 for n in of_kind)]
        for kind, of_kind in times.items()
    }
    heads = columns(kind=("kind", "类型"), shown=("shown", "展示过"), never_shown=("never shown", "从未展示"))
    table = count_table(
        "by_kind",
        words("Shown and never shown", "展示与从未展示"),
        heads,
        counts,
        minimum=minimum,
        is_partition=True,
        note=words(
            "In how many recorded answers a profile stood. "
            "Gini: 0 where all are shown equally often, towards 1 where few take all.",
            "以记录在案的推荐结果计。基尼系数：0 表示均等，趋近 1 表示集中于少数。",
        ),
    )
    ginis: dict[str, Cell] = {
        label(*KINDS[kind]): round(gini(of_kind), 4)
        for kind, of_kind in times.items()
        if len(of_kind) >= max(minimum, 1)
    }
    rows = tuple((*row, ginis.get(str(row[0]))) for row in table.rows)
    more = columns(gini=("exposure Gini", "曝光基尼系数"))
    return (table.model_copy(update={"columns": table.columns + more, "rows": rows}),)


def platform_tables(entries: Sequence[Entry], events: Iterable[Event], minimum: int) -> tuple[ReportTable, ...]:
    """Platforms by how many of their places are taken: counterparts whose pairing was accepted or led to something."""
    used = _counterparts(events)
    bands = dict.fromkeys((_UNUSED, _UP_TO_HALF, _MORE, _FULL, _NO_CAPACITY), 0)
    for one in entries:
        if one.attributes.kind is Kind.PILOT_PLATFORM:
            bands[_band(len(used.get(one.profile_id, ())), one.facts.capacity)] += 1
    return (
        count_table(
            "by_use",
            words("Pilot platforms by use", "中试平台利用情况"),
            columns(use=("use", "利用率"), platforms=("platforms", "平台数")),
            {band: [number] for band, number in bands.items()},
            minimum=minimum,
            is_partition=True,
            note=words(
                "Counterparts accepted, or with an outcome other than none, "
                "beside the users that a platform can serve at a time.",
                "已接受或已有结果的对接方数量，与平台可同时服务的用户数之比。",
            ),
        ),
    )


def _counterparts(events: Iterable[Event]) -> Mapping[str, set[str]]:
    """By profile, whichever side asked: those whose pairing stands as accepted, or led to something."""
    found = defaultdict[str, set[str]](set)
    for event in events:
        came_of_it = event.type is FeedbackType.OUTCOME and event.outcome is not Outcome.NONE
        if event.type is FeedbackType.ACCEPTED or came_of_it:
            found[event.subject_id].add(event.target_id)
            found[event.target_id].add(event.subject_id)
    return found


def _band(used: int, capacity: int | None) -> str:
    if capacity is None:
        return _NO_CAPACITY
    if used == 0:
        return _UNUSED
    if used >= capacity:
        return _FULL
    return _UP_TO_HALF if 2 * used <= capacity else _MORE
