"""Who is there: profiles by kind, sector, stage and region; pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

from services.matcher.domain.places import Place, place_names
from services.matcher.domain.sector_aliases import field_of
from services.matcher.domain.sectors import sector_name
from services.matcher.explain.names import KINDS, STAGES
from services.matcher.reports.table_parts import columns, count_table, label, words
from services.matcher.retrieval.segment import Entry
from shared.contracts.profiles import Kind
from shared.contracts.reports import ReportTable

UNKNOWN = label("not said", "未填写")
_KINDS = tuple(Kind)


def supply_tables(entries: Sequence[Entry], minimum: int) -> tuple[ReportTable, ...]:
    """By sector a profile of several counts in each; by stage and region it counts once."""
    heads = columns(**{kind.value: (KINDS[kind].en, KINDS[kind].zh) for kind in _KINDS})
    by_sector = _counted((one, sector) for one in entries for sector in sectors_of(one))
    by_stage = _counted((one, stage_of(one)) for one in entries)
    by_region = _counted((one, region_of(one)) for one in entries)
    several = words("A profile of several sectors counts in each.", "涉及多个领域的档案在各领域分别计数。")
    return (
        count_table(
            "by_sector",
            words("Profiles by sector", "按领域统计"),
            columns(sector=("sector", "领域")) + heads,
            by_sector,
            minimum=minimum,
            is_partition=False,
            note=several,
        ),
        count_table(
            "by_stage",
            words("Profiles by stage", "按阶段统计"),
            columns(stage=("stage", "阶段")) + heads,
            by_stage,
            minimum=minimum,
            is_partition=True,
        ),
        count_table(
            "by_region",
            words("Profiles by region", "按地区统计"),
            columns(region=("region", "地区")) + heads,
            by_region,
            minimum=minimum,
            is_partition=True,
        ),
    )


def sectors_of(entry: Entry) -> list[str]:
    """Names of the fields that a profile is in; UNKNOWN where it says none."""
    fields = sorted({field_of(code) for code in entry.facts.sectors})
    return [label(*sector_name(code)) for code in fields] or [UNKNOWN]


def stage_of(entry: Entry) -> str:
    """The round it raises, else its stage; UNKNOWN where it says none, as those do that look for several."""
    return label(*STAGES[entry.facts.round]) if entry.facts.round else UNKNOWN


def region_of(entry: Entry) -> str:
    """The province, or the country where no province is said."""
    place = entry.facts.place
    if place is None:
        return UNKNOWN
    names = place_names(Place(country=place.country, province=place.province))
    return label(names.en, names.zh) or UNKNOWN


def _counted(pairs: Iterable[tuple[Entry, str]]) -> dict[str, list[int]]:
    """Counts by label, one for each kind; the most numerous first, ties by label, UNKNOWN last."""
    counts = Counter((text, entry.attributes.kind) for entry, text in pairs)
    found = {text: [counts[text, kind] for kind in _KINDS] for text in {text for text, _ in counts}}
    return dict(sorted(found.items(), key=lambda item: (item[0] == UNKNOWN, -sum(item[1]), item[0])))
