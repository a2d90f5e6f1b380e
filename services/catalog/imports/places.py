"""Places of a record as region paths, whatever level its columns really name."""

from services.catalog.imports.record_fields import RecordFields
from shared.contracts.parts import Region

_MUNICIPALITIES = frozenset({"北京", "上海", "天津", "重庆"})
_COUNTRIES_AS_REGION = frozenset({"us", "usa", "united states", "china", "中国"})
Place = dict[str, object]
"""A wire region by level, validated with the profile."""


def region_of(fields: RecordFields) -> Place:
    """Where the profile is; of several places separated by ";" the first counts."""
    if isinstance(fields.find("region")[1], dict):
        nested = RecordFields(fields.mapping("region") or {})
        levels = {level: _place(nested, level) for level in Region.model_fields}
        fields.warnings += nested.warnings
        fields.problems += nested.problems
        return _known(**levels)
    country, province = _place(fields, "country"), _place(fields, "province", "region")
    city, district = _place(fields, "city"), _place(fields, "district")
    if country is None and province is not None and province.casefold() in _COUNTRIES_AS_REGION:
        country, province = province, None
    is_municipality = (province or "").removesuffix("市") in _MUNICIPALITIES
    if is_municipality and district is None and city and city.endswith(("区", "县")):
        city, district = None, city
    return _known(country=country, province=province, city=city, district=district)


def regions_invested(fields: RecordFields) -> list[Place]:
    """Where an investor invests: whole regions, or provinces and countries named by the record."""
    if any(isinstance(entry, dict) for _, entry in fields.entries("regions")):
        return []
    provinces, countries = fields.tags("regions", "regions_invested"), fields.tags("countries", "countries_invested")
    if not provinces:
        return [_known(country=country) for country in countries]
    only_country = countries[0] if len(countries) == 1 else None
    return [_known(country=only_country, province=province) for province in provinces]


def _known(**levels: str | None) -> Place:
    return {level: name for level, name in levels.items() if name}


def _place(fields: RecordFields, *names: str) -> str | None:
    text = fields.text(*names)
    if not text:
        return None
    if len(text) > 100 and ";" in text:
        fields.warn(names[-1], "names several places; the first counts", "give one place")
        text = text.split(";", 1)[0].strip()
    return fields.tag(names[-1], text) or None
