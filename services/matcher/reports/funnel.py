"""What became of proposed pairings: steps with times, acceptance by rank, reasons for no; pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import median

from services.matcher.introductions.steps import IntroductionSteps
from services.matcher.judgments.event import Event
from services.matcher.reports.table_parts import columns, count_table, label, plain_table, with_shares, words
from shared.contracts.feedback import FeedbackReason, FeedbackType
from shared.contracts.introductions import IntroductionState
from shared.contracts.reports import Cell, ReportTable

_SECONDS_A_DAY = 86_400
_RANKS = ((1, 1), (2, 3), (4, 5), (6, 10), (11, 10_000))
_State = IntroductionState
Pair = tuple[str, str]
Reached = dict[str, datetime]
"""When a pairing first reached each step that it reached."""
STEPS: Mapping[str, tuple[str, str]] = {
    "shown": ("shown", "展示"),
    "opened": ("opened", "查看"),
    "shortlisted": ("shortlisted", "入围"),
    "dismissed": ("dismissed", "忽略"),
    "requested": ("introduction requested", "申请对接"),
    "accepted": ("accepted", "接受"),
    "declined": ("declined", "谢绝"),
    "expired": ("expired unanswered", "逾期未答复"),
    "withdrawn": ("withdrawn", "撤回"),
    "introduced": ("introduced", "已对接"),
    "met": ("met", "会面"),
    "pilot": ("pilot", "试点"),
    "order": ("order", "订单"),
    "investment": ("investment", "投资"),
    "none": ("came to nothing", "无结果"),
    "closed": ("closed", "已结束"),
}
"""From first to last: the days of a step are counted from the nearest of those before it that the pairing reached."""
_OF_EVENTS = frozenset(FeedbackType) - {FeedbackType.OUTCOME}
_OF_INTRODUCTIONS: Mapping[IntroductionState, str] = {
    _State.IN_REVIEW: "requested",
    _State.NONE: "none",
    **{state: state.value for state in _State if state.value in STEPS},
}
_REASONS: Mapping[FeedbackReason, tuple[str, str]] = {
    FeedbackReason.NOT_RELEVANT: ("not relevant", "不相关"),
    FeedbackReason.WRONG_SECTOR: ("wrong sector", "领域不符"),
    FeedbackReason.WRONG_STAGE: ("wrong stage", "阶段不符"),
    FeedbackReason.WRONG_REGION: ("wrong region", "地区不符"),
    FeedbackReason.AMOUNT_DOES_NOT_FIT: ("amount does not fit", "金额不符"),
    FeedbackReason.REQUIREMENT_NOT_MET: ("requirement not met", "未满足要求"),
    FeedbackReason.BUSY: ("busy", "暂无精力"),
    FeedbackReason.TIMING: ("timing", "时机不合适"),
    FeedbackReason.ALREADY_IN_CONTACT: ("already in contact", "已有联系"),
    FeedbackReason.CONFLICT_OF_INTEREST: ("conflict of interest", "利益冲突"),
    FeedbackReason.OTHER: ("other", "其他"),
}


def funnel_tables(
    events: Sequence[Event], introductions: Sequence[IntroductionSteps], minimum: int
) -> tuple[ReportTable, ...]:
    """Pairings that reached each step, with the median days since the first that is told of them and since the last.

    A pairing counts once a step, whether feedback tells of it, introductions, or both, and in however many runs.
    """
    firsts = list(reached_by_pair(events, introductions).values())
    counts = {label(*names): [sum(step in one for one in firsts)] for step, names in STEPS.items()}
    heads = columns(step=("step", "步骤"), pairings=("pairings", "配对数"))
    title = words("From shown to outcome", "从展示到结果")
    table = count_table("steps", title, heads, counts, minimum=minimum, is_partition=False)
    waits = {
        label(*names): (
            _median_days(_since_first(step, firsts), minimum),
            _median_days(_since_last(step, firsts), minimum),
        )
        for step, names in STEPS.items()
    }
    rows = tuple((*row, *(waits[str(row[0])] if row[1] is not None else (None, None))) for row in table.rows)
    more = columns(
        median_days=("median days since first told", "距首次记录的中位天数"),
        median_days_between=("median days since the step before", "距上一步的中位天数"),
    )
    return (table.model_copy(update={"columns": table.columns + more, "rows": rows}),)


def acceptance_tables(
    events: Sequence[Event], introductions: Sequence[IntroductionSteps], minimum: int
) -> tuple[ReportTable, ...]:
    """Of the pairings shown at a rank, those that were accepted; and why pairings were dismissed or declined."""
    by_rank = {f"{low}-{high}" if high < _RANKS[-1][1] else f"{low}+": [0, 0] for low, high in _RANKS}
    reached = reached_by_pair(events, introductions)
    for pair, rank in _best_ranks(events, introductions).items():
        counted = by_rank[_rank_label(rank, by_rank)]
        counted[0] += 1
        counted[1] += "accepted" in reached[pair]
    heads = columns(rank=("best rank shown at", "最佳展示名次"), shown=("shown", "展示"), accepted=("accepted", "接受"))
    title = words("Acceptance by rank", "各名次的接受率")
    ranks_table = count_table("by_rank", title, heads, by_rank, minimum=minimum, is_partition=False)
    return with_shares(ranks_table, "acceptance", ("acceptance", "接受率"), 2, 1), _reasons(events, minimum)


def reached_by_pair(events: Iterable[Event], introductions: Iterable[IntroductionSteps]) -> Mapping[Pair, Reached]:
    """When each pairing first reached which step."""
    found = defaultdict[Pair, Reached](dict)
    for event in events:
        if event.type in _OF_EVENTS or event.outcome is not None:
            _reach(found[event.subject_id, event.target_id], str(event.outcome or event.type), event.at)
    for one in introductions:
        for state, at in one.reached.items():
            if state in _OF_INTRODUCTIONS:
                _reach(found[one.subject_id, one.target_id], _OF_INTRODUCTIONS[state], at)
    return found


def _reach(reached: Reached, step: str, at: datetime) -> None:
    reached[step] = min(at, reached.get(step, at))


def _best_ranks(events: Iterable[Event], introductions: Iterable[IntroductionSteps]) -> Mapping[Pair, int]:
    """A pairing that was asked for from a list was shown in it, whether or not a client told so."""
    shown = [((event.subject_id, event.target_id), event.rank) for event in events if event.type is FeedbackType.SHOWN]
    asked = [((one.subject_id, one.target_id), one.rank) for one in introductions if one.reached]
    best = dict[Pair, int]()
    for pair, rank in (*shown, *asked):
        if rank is not None:
            best[pair] = min(rank, best.get(pair, rank))
    return best


def _reasons(events: Iterable[Event], minimum: int) -> ReportTable:
    kinds = (FeedbackType.DISMISSED, FeedbackType.DECLINED)
    counts = Counter((event.reason, event.type) for event in events if event.type in kinds and event.reason)
    rows = {label(*names): [counts[reason, kind] for kind in kinds] for reason, names in _REASONS.items()}
    heads = columns(reason=("reason", "原因"), dismissed=("dismissed", "忽略"), declined=("declined", "谢绝"))
    title = words("Why not", "未接受的原因")
    if not counts:
        return plain_table("reasons", title, heads, [])
    return count_table("reasons", title, heads, rows, minimum=minimum, is_partition=True)


def _since_first(step: str, firsts: Iterable[Reached]) -> list[float]:
    """Seconds, of the pairings of which something else was told before."""
    return [
        (one[step] - min(one.values())).total_seconds()
        for one in firsts
        if step in one and one[step] > min(one.values())
    ]


def _since_last(step: str, firsts: Iterable[Reached]) -> list[float]:
    """Seconds since the newest step that stands before this one and was not reached later."""
    before = list(STEPS)[: list(STEPS).index(step)]
    found = []
    for one in firsts:
        earlier = [one[name] for name in before if step in one and name in one and one[name] <= one[step]]
        if earlier:
            found.append((one[step] - max(earlier)).total_seconds())
    return found


def _median_days(waits: Sequence[float], minimum: int) -> Cell:
    """None where fewer than `minimum` pairings have waited."""
    return round(median(waits) / _SECONDS_A_DAY, 1) if len(waits) >= max(minimum, 1) else None


def _rank_label(rank: int, labels: Iterable[str]) -> str:
    return next(text for text, (low, high) in zip(labels, _RANKS, strict=True) if low <= rank <= high)
