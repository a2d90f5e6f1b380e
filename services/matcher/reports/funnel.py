"""What became of proposed pairings: steps with times, acceptance by rank, reasons for no; pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from statistics import median

from services.matcher.judgments.event import Event
from services.matcher.reports.table_parts import columns, count_table, label, plain_table, with_shares, words
from shared.contracts.feedback import FeedbackReason, FeedbackType, Outcome
from shared.contracts.reports import Cell, ReportTable

_SECONDS_A_DAY = 86_400
_RANKS = ((1, 1), (2, 3), (4, 5), (6, 10), (11, 10_000))
Step = Callable[[Event], bool]


def _is(*types: FeedbackType) -> Step:
    return lambda event: event.type in types


def _led_to(outcome: Outcome) -> Step:
    return lambda event: event.outcome is outcome


STEPS: Mapping[str, tuple[tuple[str, str], Step]] = {
    "shown": (("shown", "展示"), _is(FeedbackType.SHOWN)),
    "opened": (("opened", "查看"), _is(FeedbackType.OPENED)),
    "shortlisted": (("shortlisted", "入围"), _is(FeedbackType.SHORTLISTED)),
    "accepted": (("accepted", "接受"), _is(FeedbackType.ACCEPTED)),
    "dismissed": (("dismissed", "忽略"), _is(FeedbackType.DISMISSED)),
    "declined": (("declined", "谢绝"), _is(FeedbackType.DECLINED)),
    "met": (("met", "会面"), _led_to(Outcome.MET)),
    "pilot": (("pilot", "试点"), _led_to(Outcome.PILOT)),
    "order": (("order", "订单"), _led_to(Outcome.ORDER)),
    "investment": (("investment", "投资"), _led_to(Outcome.INVESTMENT)),
    "none": (("came to nothing", "无结果"), _led_to(Outcome.NONE)),
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


def funnel_tables(events: Sequence[Event], minimum: int) -> tuple[ReportTable, ...]:
    """Pairings that reached each step, and the median days from the first that is told of them."""
    firsts = [_firsts(of_pair) for of_pair in _by_pair(events).values()]
    counts = {label(*names): [sum(step in one for one in firsts)] for step, (names, _) in STEPS.items()}
    heads = columns(step=("step", "步骤"), pairings=("pairings", "配对数"))
    title = words("From shown to outcome", "从展示到结果")
    table = count_table("steps", title, heads, counts, minimum=minimum, is_partition=False)
    days = {label(*names): _median_days(step, firsts, minimum) for step, (names, _) in STEPS.items()}
    rows = tuple((*row, days[str(row[0])] if row[1] is not None else None) for row in table.rows)
    more = columns(median_days=("median days since first told", "距首次记录的中位天数"))
    return (table.model_copy(update={"columns": table.columns + more, "rows": rows}),)


def acceptance_tables(events: Sequence[Event], minimum: int) -> tuple[ReportTable, ...]:
    """Of the pairings shown at a rank, those that were accepted; and why pairings were dismissed or declined."""
    by_rank = {f"{low}-{high}" if high < _RANKS[-1][1] else f"{low}+": [0, 0] for low, high in _RANKS}
    for of_pair in _by_pair(events).values():
        ranks = [event.rank for event in of_pair if event.type is FeedbackType.SHOWN and event.rank is not None]
        if ranks:
            counted = by_rank[_rank_label(min(ranks), by_rank)]
            counted[0] += 1
            counted[1] += any(event.type is FeedbackType.ACCEPTED for event in of_pair)
    heads = columns(rank=("best rank shown at", "最佳展示名次"), shown=("shown", "展示"), accepted=("accepted", "接受"))
    title = words("Acceptance by rank", "各名次的接受率")
    ranks_table = count_table("by_rank", title, heads, by_rank, minimum=minimum, is_partition=False)
    return with_shares(ranks_table, "acceptance", ("acceptance", "接受率"), 2, 1), _reasons(events, minimum)


def _reasons(events: Iterable[Event], minimum: int) -> ReportTable:
    kinds = (FeedbackType.DISMISSED, FeedbackType.DECLINED)
    counts = Counter((event.reason, event.type) for event in events if event.type in kinds and event.reason)
    rows = {label(*names): [counts[reason, kind] for kind in kinds] for reason, names in _REASONS.items()}
    heads = columns(reason=("reason", "原因"), dismissed=("dismissed", "忽略"), declined=("declined", "谢绝"))
    title = words("Why not", "未接受的原因")
    if not counts:
        return plain_table("reasons", title, heads, [])
    return count_table("reasons", title, heads, rows, minimum=minimum, is_partition=True)


def _by_pair(events: Iterable[Event]) -> Mapping[tuple[str, str], list[Event]]:
    pairs = defaultdict[tuple[str, str], list[Event]](list)
    for event in events:
        pairs[event.subject_id, event.target_id].append(event)
    return pairs


def _firsts(events: Iterable[Event]) -> dict[str, datetime]:
    """When a pairing first reached each step it reached."""
    found = dict[str, datetime]()
    for event in events:
        for step, (_, reaches) in STEPS.items():
            if reaches(event):
                found[step] = min(event.at, found.get(step, event.at))
    return found


def _median_days(step: str, firsts: Iterable[Mapping[str, datetime]], minimum: int) -> Cell:
    """None where fewer than `minimum` pairings reached the step after another one."""
    waits = [
        (one[step] - min(one.values())).total_seconds()
        for one in firsts
        if step in one and one[step] > min(one.values())
    ]
    return round(median(waits) / _SECONDS_A_DAY, 1) if len(waits) >= max(minimum, 1) else None


def _rank_label(rank: int, labels: Iterable[str]) -> str:
    return next(text for text, (low, high) in zip(labels, _RANKS, strict=True) if low <= rank <= high)
