"""Which projects are ready for an industrial park: the rule `park-ready-1`; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json

from services.matcher.domain.facts import LADDER
from services.matcher.explain.names import STAGES
from services.matcher.reports.supply import sectors_of
from services.matcher.reports.table_parts import columns, count_table, label, plain_table, words
from services.matcher.retrieval.segment import Entry
from shared.contracts.explanations import Truth
from shared.contracts.profiles import Kind
from shared.contracts.reports import ReportTable
from shared.contracts.vocabularies import CompanyStage, Visibility

RULE = "park-ready-1"
LEAST_TRL, LEAST_HEADCOUNT, LEAST_STAGE = 7, 20, CompanyStage.SERIES_A
MOST_LISTED = 200
_READY, _OPEN, _NOT = label("ready", "已就绪"), label("one fact missing", "缺一项信息"), label("not yet", "尚未就绪")
_TRUTHS = (Truth.PASS, Truth.FAIL, Truth.UNKNOWN)
_STATES = (_READY, _OPEN, _NOT)
CONDITIONS: Mapping[str, tuple[str, str]] = {
    "trl": (f"TRL {LEAST_TRL} or above", f"技术成熟度不低于 {LEAST_TRL}"),
    "stage": ("Series A or later", "A轮及以后"),
    "headcount": (f"headcount {LEAST_HEADCOUNT} or more", f"团队不少于 {LEAST_HEADCOUNT} 人"),
}
_NOTE = words(
    f"Rule {RULE}: all three conditions are known to hold. One fact missing: none fails, and exactly one is not known.",
    f"规则 {RULE}：三项条件均已知满足。缺一项信息：无一不满足，且恰有一项未知。",
)


class Checked(NamedTuple):
    """A project and what the rule says of it."""

    entry: Entry
    headcount: int | None
    answers: dict[str, Truth]

    @property
    def state(self) -> str:
        """Ready, but for one fact, or not."""
        answers = list(self.answers.values())
        if all(one is Truth.PASS for one in answers):
            return _READY
        is_open = Truth.FAIL not in answers and answers.count(Truth.UNKNOWN) == 1
        return _OPEN if is_open else _NOT


def park_ready_tables(entries: Sequence[Entry], minimum: int) -> tuple[ReportTable, ...]:
    """Each condition by itself, states by sector, and the public projects that are ready."""
    checked = [_checked(one) for one in entries if one.attributes.kind is Kind.PROJECT]
    return (
        _by_condition(checked, minimum),
        _by_sector(checked, minimum),
        _listed([one for one in checked if one.state == _READY]),
    )


def _checked(entry: Entry) -> Checked:
    fields: dict[str, Any] = from_json(entry.profile_json)  # Any: JSON that the matcher wrote itself
    headcount, stage, trl = fields.get("team_size"), entry.facts.round, entry.facts.trl
    answers = {
        "trl": _truth(None if trl is None else trl[0] >= LEAST_TRL),
        "stage": _truth(None if stage is None else LADDER[stage] >= LADDER[LEAST_STAGE]),
        "headcount": _truth(None if headcount is None else headcount >= LEAST_HEADCOUNT),
    }
    return Checked(entry, headcount, answers)


def _truth(holds: bool | None) -> Truth:
    if holds is None:
        return Truth.UNKNOWN
    return Truth.PASS if holds else Truth.FAIL


def _by_condition(checked: Sequence[Checked], minimum: int) -> ReportTable:
    heads = columns(
        condition=("condition", "条件"),
        holds=("holds", "满足"),
        fails=("fails", "不满足"),
        unknown=("not known", "未知"),
    )
    counts = {
        label(*names): [sum(one.answers[condition] is truth for one in checked) for truth in _TRUTHS]
        for condition, names in CONDITIONS.items()
    }
    title = words("Projects by condition", "按条件统计项目")
    # Every row counts the same projects: their number is told elsewhere, so each row hides two cells or none.
    found = [
        count_table("by_condition", title, heads, {text: row}, minimum=minimum, is_partition=True, note=_NOTE)
        for text, row in counts.items()
    ]
    rows = tuple(table.rows[0][:4] for table in found)
    hidden = sum(cell is None for row in rows for cell in row)
    return found[0].model_copy(update={"columns": heads, "rows": rows, "suppressed": hidden})


def _by_sector(checked: Sequence[Checked], minimum: int) -> ReportTable:
    counts = Counter((sector, one.state) for one in checked for sector in sectors_of(one.entry))
    rows = {sector: [counts[sector, state] for state in _STATES] for sector in sorted({sector for sector, _ in counts})}
    heads = columns(
        sector=("sector", "领域"),
        ready=("ready", "已就绪"),
        open=("one fact missing", "缺一项信息"),
        not_yet=("not yet", "尚未就绪"),
    )
    title = words("Readiness by sector", "各领域就绪情况")
    return count_table("by_sector", title, heads, rows, minimum=minimum, is_partition=False, note=_NOTE)


def _listed(ready: Sequence[Checked]) -> ReportTable:
    """Public profiles alone: they are named because they are public, however few they are."""
    public = [one for one in ready if one.entry.visibility is Visibility.PUBLIC]
    rows = []
    for one in sorted(public, key=lambda one: one.entry.profile_id)[:MOST_LISTED]:
        fields = from_json(one.entry.profile_json)
        trl = one.entry.facts.trl
        assert trl is not None and one.entry.facts.round is not None  # all conditions hold
        rows.append(
            (
                fields["title"],
                fields.get("organisation"),
                label(*STAGES[one.entry.facts.round]),
                int(trl[0]),
                one.headcount,
                one.entry.profile_id,
            )
        )
    heads = columns(
        title=("project", "项目"),
        organisation=("organisation", "单位"),
        stage=("stage", "阶段"),
        trl=("TRL", "成熟度"),
        headcount=("headcount", "团队人数"),
        profile_id=("id", "编号"),
    )
    note = words(f"Public profiles only, {MOST_LISTED} at most.", f"仅列公开档案，至多 {MOST_LISTED} 项。")
    return plain_table("ready", words("Ready projects", "已就绪项目"), heads, rows, note=note)
