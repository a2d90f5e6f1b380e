"""Who has any match above the floor, and whose demand is unmet; pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from hashlib import sha256

from services.matcher.domain.counterparts import COUNTERPARTS
from services.matcher.explain.names import KINDS
from services.matcher.reports.supply import sectors_of
from services.matcher.reports.table_parts import columns, count_table, label, with_shares, words
from services.matcher.retrieval.segment import Entry
from shared.contracts.profiles import Kind
from shared.contracts.reports import ReportTable


class Covered(StrEnum):
    """What a profile that asks is answered."""

    MATCHED = "matched"
    BELOW_FLOOR = "below_floor"
    """Somebody is eligible, and nobody reaches the floor."""
    NOBODY_ELIGIBLE = "nobody_eligible"
    """Rules leave nobody."""


def sampled(entries: Iterable[Entry], kind: Kind, size: int) -> list[Entry]:
    """At most `size` of a kind: the same ones each time, and no matter how ids are made."""
    of_kind = [one for one in entries if one.attributes.kind is kind]
    return sorted(of_kind, key=lambda one: sha256(one.profile_id.encode()).digest())[:size]


def coverage_tables(found: Sequence[tuple[Entry, Covered]], minimum: int, sample: int) -> tuple[ReportTable, ...]:
    """Of those asked: matched or not by kind, and demands and scenarios by sector."""
    counts = Counter((one.attributes.kind, covered) for one, covered in found)
    heads = columns(
        kind=("kind", "类型"),
        matched=("matched", "有匹配"),
        below_floor=("below the floor", "低于分数下限"),
        nobody_eligible=("nobody eligible", "无符合条件者"),
    )
    rows = {label(*KINDS[kind]): [counts[kind, covered] for covered in Covered] for kind in COUNTERPARTS}
    note = words(
        f"At most {sample} profiles of each kind are asked, always the same ones. "
        "Matched: at least one match above the policy's floor.",
        f"每类至多抽取 {sample} 个档案，样本固定；有匹配指至少一个达到策略分数下限的匹配。",
    )
    by_kind = count_table(
        "by_kind",
        words("Coverage by kind", "各类档案的覆盖情况"),
        heads,
        rows,
        minimum=minimum,
        is_partition=True,
        note=note,
    )
    return with_shares(by_kind, "coverage", ("coverage", "覆盖率"), 1, 4), _by_sector(found, minimum)


def _by_sector(found: Sequence[tuple[Entry, Covered]], minimum: int) -> ReportTable:
    demands = [(one, covered) for one, covered in found if one.attributes.kind in (Kind.RD_DEMAND, Kind.SCENARIO)]
    asked = Counter(sector for one, _ in demands for sector in sectors_of(one))
    unmet = Counter(sector for one, covered in demands if covered is not Covered.MATCHED for sector in sectors_of(one))
    order = sorted(asked, key=lambda sector: (-unmet[sector], -asked[sector], sector))
    heads = columns(sector=("sector", "领域"), unmet=("unmet", "未满足"), asked=("asked", "已查询"))
    title = words("Unmet demands and scenarios by sector", "各领域未满足的需求与场景")
    rows = {sector: [unmet[sector], asked[sector]] for sector in order}
    table = count_table("unmet_by_sector", title, heads, rows, minimum=minimum, is_partition=False)
    return with_shares(table, "share", ("share unmet", "未满足占比"), 1, 2)
