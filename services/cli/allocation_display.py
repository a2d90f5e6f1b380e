"""How a timetable looks in a terminal."""

from itertools import groupby

from rich.console import Group
from rich.table import Table
from rich.text import Text

from services.cli.match_display import UNKNOWN_ORGANISATION
from shared.contracts.allocations import AllocatedMeeting, Allocation, SeatedParticipant


def allocation_view(allocation: Allocation) -> Group:
    """The timetable, who falls short and why, and how good it is."""
    parts = [_timetable(allocation)]
    if allocation.shortfalls:
        parts.append(_shortfalls(allocation))
    return Group(*parts, *(Text(line) for line in _lines(allocation)))


def _timetable(allocation: Allocation) -> Table:
    request = allocation.request
    table = Table(title=Text(request.name), title_justify="left")
    table.add_column("slot", no_wrap=True)
    table.add_column("table", justify="right", no_wrap=True)
    for side in ("first", "second"):
        table.add_column(side, overflow="fold", ratio=3)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("because", overflow="fold", ratio=3)
    for slot, meetings in groupby(allocation.meetings, key=lambda one: one.slot):
        for place, one in enumerate(meetings):
            table.add_row(*(Text(cell) for cell in _cells(one, slot if place == 0 else "")))
        table.add_section()
    return table


def _cells(one: AllocatedMeeting, slot: str) -> tuple[str, ...]:
    marks = "".join(mark for mark, is_so in (("*", one.is_locked), ("=", one.is_kept)) if is_so)
    reasons = [told[0].text.en for told in (one.for_first, one.for_second) if told]
    because = " · ".join(dict.fromkeys(reasons))
    return slot, str(one.table), _seat(one.first), _seat(one.second), f"{one.score:.3f}{marks}", because


def _seat(seat: SeatedParticipant) -> str:
    return f"{seat.title} ({seat.organisation})" if seat.organisation else f"{seat.title} {UNKNOWN_ORGANISATION}"


def _shortfalls(allocation: Allocation) -> Table:
    table = Table(title=Text("Fewer meetings than wanted"), title_justify="left")
    for column in ("participant", "has", "wanted", "why", "refused", "banned", "below floor", "other times", "taken"):
        table.add_column(column, overflow="fold")
    for one in allocation.shortfalls:
        counts = one.counterparts
        numbers = (counts.refused_by_rules, counts.banned, counts.below_floor, counts.no_common_slot)
        taken = counts.full + counts.no_free_slot
        cells = (one.participant.title, one.meetings, one.wanted, one.text.en, *numbers, taken)
        table.add_row(*(Text(str(cell)) for cell in cells))
    return table


def _lines(allocation: Allocation) -> list[str]:
    quality, stands_on = allocation.quality, allocation.provenance
    proven = "proven best" if quality.status == "optimal" else f"at most {quality.gap:.2%} from the best"
    lines = [
        f"{allocation.id}: {quality.meetings} meetings, score {quality.total_score:.2f} of {quality.score_bound:.2f} "
        f"at most, {proven}; {quality.without_meeting} without a meeting, {quality.shortfall} meetings short.",
        f"{quality.solver} · policy {stands_on.policy} · model {stands_on.model} · snapshot {stands_on.snapshot}",
    ]
    if any(one.is_locked or one.is_kept for one in allocation.meetings):
        lines.append("* locked, = kept where it was")
    lines += [f"No longer allowed by a rule: {one.first} with {one.second} at {one.slot}" for one in allocation.moved]
    return lines
