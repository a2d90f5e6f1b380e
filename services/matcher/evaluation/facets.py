"""By what queries are told apart: kind, sector, region, stage, language, whom they should find, length of text."""

from collections.abc import Collection, Mapping, Sequence

from services.matcher.domain.places import Place, place_names, place_of
from services.matcher.domain.profile_fields import field_value
from services.matcher.domain.sectors import sector_codes, sector_name
from services.matcher.domain.texts import profile_texts
from services.matcher.evaluation.slices import Facets
from services.matcher.matching.indexing import profile_language
from shared.contracts.profiles import Profile

UNKNOWN = "unknown"
LENGTHS = ("short", "medium", "long")


def query_facets(
    subjects: Mapping[str, Profile], targets: Mapping[str, Profile], qrels: Mapping[str, Mapping[str, int]]
) -> Facets:
    """Labels of the judged queries that stand for a profile, by facet."""
    asked = {query_id: subjects[query_id] for query_id in qrels if query_id in subjects}
    languages = {query_id: profile_language(profile, profile_texts(profile)) for query_id, profile in asked.items()}
    totals = {target_id: _total(profile) for target_id, profile in targets.items()}
    longest_of_new = _track_record_of_new(totals.values()) if any(totals.values()) else None
    return {
        "kind": {query_id: (profile.kind.value,) for query_id, profile in asked.items()},
        "sector": {query_id: _sectors(profile) for query_id, profile in asked.items()},
        "region": {query_id: (_region(profile),) for query_id, profile in asked.items()},
        "stage": {query_id: (_stage(profile),) for query_id, profile in asked.items()},
        "language": {query_id: (language.value,) for query_id, language in languages.items()},
        "counterparts": {query_id: (_counterparts(qrels[query_id], totals, longest_of_new),) for query_id in asked},
        "length": _lengths(asked, languages),
    }


def _sectors(profile: Profile) -> tuple[str, ...]:
    """Names of the first-level sectors, English and Chinese."""
    fields = sorted(code for code in sector_codes(profile.sectors) if "/" not in code)
    return tuple(_both(*sector_name(code)) for code in fields) or (UNKNOWN,)


def _region(profile: Profile) -> str:
    """The province or, where only a city or a country is known, that."""
    region = profile.region
    place = place_of(region.country, region.province, region.city, region.district)
    level = "province" if place.province else "city" if place.city else "country"
    coarse = Place(
        country=place.country,
        province=place.province,
        city=place.city if level == "city" else None,
    )
    names = place_names(coarse)
    return _both(names.en, names.zh) if getattr(place, level) else UNKNOWN


def _stage(profile: Profile) -> str:
    named = (field_value(profile, name) for name in ("funding_round", "company_stage", "phase"))
    return next((str(stage) for stage in named if stage), UNKNOWN)


def _counterparts(relevance: Mapping[str, int], totals: Mapping[str, int], longest_of_new: int | None) -> str:
    """Whether at least half of those to be found are new; unknown where no track record tells."""
    found = [totals[target_id] for target_id, grade in relevance.items() if grade > 0 and target_id in totals]
    if longest_of_new is None or not found:
        return UNKNOWN
    return "new" if 2 * sum(total <= longest_of_new for total in found) >= len(found) else "established"


def _total(profile: Profile) -> int:
    """Past deals, awards or users; none known counts as none."""
    return (profile.track_record.total if profile.track_record else None) or 0


def _track_record_of_new(totals: Collection[int]) -> int | None:
    """The longest track record in the lowest third of the corpus; None where that would be everybody's."""
    ordered = sorted(totals)
    bound = _third(ordered, 1) if ordered else None
    return None if bound is None or bound == ordered[-1] else bound


def _lengths(profiles: Mapping[str, Profile], languages: Mapping[str, object]) -> dict[str, Sequence[str]]:
    """Thirds by the number of characters, within each language: a Chinese character says more than a Latin one."""
    lengths = {query_id: len(profile_texts(profile).full) for query_id, profile in profiles.items()}
    found: dict[str, Sequence[str]] = {}
    for language in dict.fromkeys(languages.values()):
        ordered = sorted(lengths[query_id] for query_id in lengths if languages[query_id] == language)
        bounds = (_third(ordered, 1), _third(ordered, 2))
        for query_id, length in lengths.items():
            if languages[query_id] == language:
                found[query_id] = (LENGTHS[sum(length > bound for bound in bounds)],)
    return found


def _third(ordered: Sequence[int], third: int) -> int:
    """The value that ends the first or the second third, at least one of the values in it."""
    return ordered[max(0, len(ordered) * third // 3 - 1)]


def _both(english: str, chinese: str) -> str:
    return english if english == chinese or not chinese else f"{english} {chinese}"
