"""What a party did before, in words: how many deals, how many of them like this one, how lately; pure.

The holder of the record stands on the needing side of `Sides` here, whatever it does in the score.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.matcher.domain.addresses import LEVELS
from services.matcher.domain.facts import LADDER, RecordFacts
from services.matcher.domain.places import Place, place_names
from services.matcher.domain.sector_aliases import field_of
from services.matcher.domain.sectors import finest_codes, sector_name
from services.matcher.domain.vocabulary import Names
from services.matcher.explain.names import STAGES, joined, uncapitalised
from services.matcher.explain.party import Party
from services.matcher.explain.quantities import dollars, partial_date, percent
from services.matcher.explain.shared_facts import Worded, amount_names
from services.matcher.explain.sides import Sides
from shared.contracts.explanations import ReasonCode
from shared.contracts.kinds import Kind
from shared.contracts.rules import DateAttribute

_DEALS: Mapping[Kind, tuple[str, str, str]] = {
    Kind.PROJECT: ("earlier award or contract", "earlier awards or contracts", "项过往立项"),
    Kind.RD_DEMAND: ("earlier project", "earlier projects", "个过往项目"),
    Kind.SCENARIO: ("earlier pilot", "earlier pilots", "个过往试点"),
    Kind.INVESTOR: ("earlier deal", "earlier deals", "笔过往投资"),
    Kind.PILOT_PLATFORM: ("earlier user", "earlier users", "个过往用户"),
}
"""One and many of what a kind's track record counts."""
_FAVOURED_SHARE = 0.25
"""Share of the earlier deals up to which a habit that others have less is not yet a preference."""

_SAME_SHARE = 1e-6
"""Single precision of a share that is passed on as stated."""


@dataclass(frozen=True, slots=True)
class LikeDeals:
    """Deals of a record that were like the other side, and in what."""

    count: float
    what: Names


LikeCount = Callable[[RecordFacts, Party], LikeDeals | None]
"""None where no deal was like the other side."""


def in_sector(record: RecordFacts, other: Party) -> LikeDeals | None:
    """Deals in the sector of the other side's that has most, else in its fields."""
    finest = sorted(finest_codes(other.facts.sectors))
    best = max(finest, key=lambda code: record.sectors.get(code, 0.0), default=None)
    if best is not None and round(record.sectors.get(best, 0.0)) > 0:
        return LikeDeals(record.sectors[best], _sector(best))
    fields = dict.fromkeys(field_of(code) for code in finest)
    counts = {
        field: sum(count for code, count in record.sectors.items() if field_of(code) == field) for field in fields
    }
    widest = max(counts, key=lambda field: counts[field], default=None)
    return LikeDeals(counts[widest], _sector(widest)) if widest is not None and round(counts[widest]) > 0 else None


def _sector(code: str) -> Names:
    name = sector_name(code)
    return Names(uncapitalised(name.en), name.zh)


def in_region(record: RecordFacts, other: Party) -> LikeDeals | None:
    """Deals where the other side is, named by the widest place that any of them is counted under."""
    place = other.facts.place
    count = sum(record.places.get(key, 0.0) for key in sorted(other.facts.place_keys))
    widest = min((key for key in other.facts.place_keys if key in record.places), key=_depth, default=None)
    if place is None or widest is None or round(count) <= 0:
        return None
    return LikeDeals(count, place_names(_cut(place, widest)))


def _depth(key: str) -> int:
    return key.count("/")


def _cut(place: Place, key: str) -> Place:
    """The place without the levels that are finer than its key, which names the country and each known level below."""
    known = [level for level in LEVELS[1:] if getattr(place, level)]
    kept = {level: getattr(place, level) for level in known[: _depth(key)]}
    return Place(country=place.country, **kept)


def at_stage(record: RecordFacts, other: Party) -> LikeDeals | None:
    """Deals at the other side's round, else within a step of it."""
    stage = other.facts.round
    if stage is None:
        return None
    name = STAGES[stage]
    if round(record.stages.get(stage, 0.0)) > 0:
        return LikeDeals(record.stages[stage], name)
    near = sum(count for one, count in record.stages.items() if abs(LADDER[one] - LADDER[stage]) <= 1)
    around = Names(f"stages next to {name.en}", f"{name.zh}的相邻阶段")
    return LikeDeals(near, around) if round(near) > 0 else None


def experience(like: LikeCount, code: ReasonCode, sides: Sides) -> Worded | None:
    """`the investor: 14 earlier deals, 5 of them in energy storage`; the total is left out where it is not known."""
    record = sides.needing.facts.record
    found = record and like(record, sides.offering)
    if not record or not found:
        return None
    who, measure = sides.need, _DEALS[sides.needing.kind][2]
    if not record.total:
        deals = _deals(sides.needing.kind, found.count)
        return code, Names(
            f"{who.en}: {found.count:.0f} {deals} in {found.what.en}",
            f"{who.zh}在{found.what.zh}有{found.count:.0f}{measure}",
        )
    count, deals = min(found.count, record.total), _deals(sides.needing.kind, record.total)
    return code, Names(
        f"{who.en}: {record.total:.0f} {deals}, {count:.0f} of them in {found.what.en}",
        f"{who.zh}有{record.total:.0f}{measure}，其中{found.what.zh}{count:.0f}{measure[0]}",
    )


def preference(like: LikeCount, code: ReasonCode, sides: Sides) -> Worded | None:
    """`the investor favours energy storage: 5 of 14 earlier deals`."""
    record = sides.needing.facts.record
    found = record and like(record, sides.offering)
    if not record or not found:
        return None
    who, measure = sides.need, _DEALS[sides.needing.kind][2]
    total = max(record.total or 0.0, found.count)
    share = (
        (
            f"{found.count:.0f} of {total:.0f} {_deals(sides.needing.kind, total)}",
            f"{total:.0f}{measure}中占{found.count:.0f}{measure[0]}",
        )
        if record.total
        else (f"{found.count:.0f} {_deals(sides.needing.kind, found.count)}", f"已有{found.count:.0f}{measure}")
    )
    if record.total and found.count <= _FAVOURED_SHARE * total:
        return code, Names(
            f"{who.en} chooses {found.what.en} more often than others: {share[0]}",
            f"{who.zh}比同类更常选择{found.what.zh}：{share[1]}",
        )
    return code, Names(f"{who.en} favours {found.what.en}: {share[0]}", f"{who.zh}偏好{found.what.zh}：{share[1]}")


def kindred_sectors(times: float | None, sides: Sides) -> Worded | None:
    """`the investor chooses energy storage and kindred sectors 2.3 times as often as others`."""
    finest = sorted(finest_codes(sides.offering.facts.sectors))
    what = joined((_sector(code) for code in finest), most=2) if finest else None
    return _kindred(times, what, (ReasonCode.PREFERS_KINDRED_SECTORS, "sectors", "领域"), sides)


def kindred_regions(times: float | None, sides: Sides) -> Worded | None:
    """The same of the other side's place, and of those that others with deals there choose, too."""
    place = sides.offering.facts.place
    return _kindred(
        times, place_names(place) if place else None, (ReasonCode.PREFERS_KINDRED_REGIONS, "regions", "地区"), sides
    )


def _kindred(times: float | None, what: Names | None, said: tuple[ReasonCode, str, str], sides: Sides) -> Worded | None:
    """How many times as often as others, as the signal measures it."""
    if times is None or what is None:
        return None
    code, english, chinese = said
    who, number = sides.need, f"{times:.1f}".removesuffix(".0")
    return code, Names(
        f"{who.en} chooses {what.en} and kindred {english} {number} times as often as others do",
        f"{who.zh}选择{what.zh}及相近{chinese}的频度是同类的{number}倍",
    )


def _deals(kind: Kind, count: float) -> str:
    one, many, _ = _DEALS[kind]
    return one if round(count) == 1 else many


def deal_size(sides: Sides) -> Worded | None:
    """The holder's median deal beside the other side's amount."""
    record, amount = sides.needing.facts.record, sides.offering.facts.amount
    if record is None or record.amounts is None or amount is None:
        return None
    who, whom = sides.need, sides.offer
    usual, asked = dollars(record.amounts[1]), amount_names(amount)
    return ReasonCode.USUAL_DEAL_SIZE, Names(
        f"the size is usual for {who.en}: median so far {usual.en}; {whom.en} {asked.en}",
        f"规模符合{who.zh}惯例：以往中位数{usual.zh}，{whom.zh}{asked.zh}",
    )


def activity(sides: Sides) -> Worded | None:
    """How many deals the holder has made."""
    record = sides.needing.facts.record
    if record is None or not record.total:
        return None
    who, deals = sides.need, _deals(sides.needing.kind, record.total)
    return ReasonCode.ACTIVE_COUNTERPART, Names(
        f"{who.en} has {record.total:.0f} {deals}", f"{who.zh}已有{record.total:.0f}{_DEALS[sides.needing.kind][2]}"
    )


def pace(deals_a_year: float | None, sides: Sides) -> Worded | None:
    """How many deals the holder makes a year, as the signal measures it."""
    if deals_a_year is None:
        return None
    who, (_, many, measure), number = sides.need, _DEALS[sides.needing.kind], f"{deals_a_year:.1f}".removesuffix(".0")
    return ReasonCode.STEADY_PACE, Names(
        f"{who.en} adds about {number} a year to its {many}",
        f"{who.zh}平均每年新增约{number}{measure.replace('过往', '')}",
    )


def recency(sides: Sides) -> Worded | None:
    """When the holder was last active, as exactly as it is known."""
    days = sides.needing.attributes.dates.get(DateAttribute.LAST_ACTIVITY)
    if days is None:
        return None
    who, when = sides.need, partial_date(*days)
    return ReasonCode.RECENTLY_ACTIVE, Names(f"{who.en} was last active in {when}", f"{who.zh}最近一次活动在{when}")


def co_investment(sides: Sides) -> Worded:
    """That the holder and the other side's earlier backers financed the same companies."""
    who, whom = sides.need, sides.offer
    return ReasonCode.INVESTS_WITH_BACKERS, Names(
        f"{who.en} has financed companies together with earlier backers of {whom.en}",
        f"{who.zh}曾与{whom.zh}的已有投资方共同投资",
    )


def responsiveness(share: float | None, sides: Sides) -> Worded | None:
    """What share of introductions the holder answers: as it states, or as is expected of it by what happened here."""
    if share is None:
        return None
    record, who = sides.needing.facts.record, sides.need
    if record is not None and record.response_rate is not None and abs(record.response_rate - share) < _SAME_SHARE:
        stated = percent(record.response_rate)
        return ReasonCode.ANSWERS_INTRODUCTIONS, Names(
            f"{who.en} answers {stated} of introductions", f"{who.zh}对{stated}的对接请求有回复"
        )
    about = _about(share)
    return ReasonCode.ANSWERS_INTRODUCTIONS, Names(
        f"{who.en} may be expected to answer about {about} of introductions", f"预计{who.zh}对约{about}的对接请求有回复"
    )


def acceptance(share: float | None, sides: Sides) -> Worded | None:
    """What share of introductions the holder may be expected to accept, by its own answers and those of its like."""
    if share is None:
        return None
    who, about = sides.need, _about(share)
    return ReasonCode.ACCEPTS_INTRODUCTIONS, Names(
        f"{who.en} may be expected to accept about {about} of introductions", f"预计{who.zh}会接受约{about}的对接请求"
    )


def _about(share: float) -> str:
    """To tens of a percent: a prior is no count, and must not tell a single answer."""
    return percent(round(share, 1))
