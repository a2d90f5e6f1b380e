"""One flat record of a file mapped onto the wire profile of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from services.catalog.imports.kind_fields import KIND_FIELDS, WireFields
from services.catalog.imports.places import region_of
from services.catalog.imports.record_fields import RecordFields, RecordProblem, cut_at_word, shown
from services.catalog.imports.track_records import track_record_of
from shared.contracts.problems import FieldProblem
from shared.contracts.profiles import PROFILE_TYPES, Kind, Profile, profile_adapter
from shared.contracts.vocabularies import Language
from shared.kit.problems import field_problems

__all__ = ["MappedRecord", "RecordProblem", "kind_of_record", "map_record", "profile_from_record"]

TITLE_LENGTH = 500
_TITLE_FROM_TEXT_LENGTH = 80
_SENTENCE_ENDS = (". ", "。", "！", "？", "! ", "? ", "\n")
_LANGUAGES = {
    "zh": Language.CHINESE, "chinese": Language.CHINESE, "中文": Language.CHINESE, "汉语": Language.CHINESE,
    "en": Language.ENGLISH, "english": Language.ENGLISH, "英文": Language.ENGLISH, "英语": Language.ENGLISH,
}  # fmt: skip
_KINDS = {
    "startup": Kind.PROJECT, "startup_project": Kind.PROJECT, "rd_result": Kind.PROJECT, "paper": Kind.PROJECT,
    "paragraph": Kind.PROJECT, "demand": Kind.RD_DEMAND, "claim": Kind.RD_DEMAND, "keywords": Kind.RD_DEMAND,
    "question": Kind.RD_DEMAND, "platform": Kind.PILOT_PLATFORM, "项目": Kind.PROJECT, "技术需求": Kind.RD_DEMAND,
    "需求": Kind.RD_DEMAND, "场景": Kind.SCENARIO, "应用场景": Kind.SCENARIO, "投资机构": Kind.INVESTOR,
    "中试平台": Kind.PILOT_PLATFORM, **{kind.value: kind for kind in Kind},
}  # fmt: skip
_CONTACT_FIELDS = ("name", "role", "email", "phone", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedRecord:
    """A profile, what was left out of it with a reason, and the fields that nothing reads."""

    profile: Profile
    warnings: tuple[FieldProblem, ...] = ()
    ignored_fields: frozenset[str] = frozenset()


def kind_of_record(word: object) -> Kind | None:
    """The kind that a record's own word stands for: ours, or one such as "startup", "rd_result", "中试平台"."""
    return _KINDS.get(word.strip().casefold()) if isinstance(word, str) else None


def profile_from_record(
    record: Mapping[str, object], *, kind: Kind, source: str, external_id: str | None = None
) -> Profile:
    """The profile alone; raises RecordProblem."""
    return map_record(record, kind=kind, source=source, external_id=external_id).profile


def map_record(
    record: Mapping[str, object],
    *,
    kind: Kind | None = None,
    source: str | None = None,
    external_id: str | None = None,
) -> MappedRecord:
    """Map a flat record, or take a row that is a whole wire profile as it is; raises RecordProblem.

    A row in our own form, one that names `kind` and `external_id`, keeps its own kind and source; of any other record
    `kind` and `source` given here count first: data sets name a citation in `source`.
    """
    whole = _whole_profile(record, source)
    return MappedRecord(profile=whole) if whole is not None else _map_flat(record, kind, source, external_id)


def _whole_profile(record: Mapping[str, object], source: str | None) -> Profile | None:
    kind = record.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS or "external_id" not in record:
        return None
    if not record.keys() <= PROFILE_TYPES[_KINDS[kind]].model_fields.keys():
        return None
    try:
        return profile_adapter.validate_python({"source": source, **record})
    except ValidationError as error:
        # A flat row may use the same names; one with nested parts can only have been meant as a whole profile.
        if any(isinstance(value, Mapping) for value in record.values()):
            raise RecordProblem(field_problems(error.errors(include_url=False))) from error
        return None


def _map_flat(
    record: Mapping[str, object], kind: Kind | None, source: str | None, external_id: str | None
) -> MappedRecord:
    fields = RecordFields(record)
    is_in_our_form = {"kind", "external_id"} <= fields.names() and kind_of_record(record["kind"]) is not None
    if is_in_our_form:
        kind, source = None, fields.text("source") or source
    kind = kind or _stated_kind(fields)
    if kind is None:
        raise RecordProblem(tuple(fields.problems))
    fields.find("kind")
    wire = _common(fields, kind) | KIND_FIELDS[kind](fields)
    own_source = fields.text("source")
    if is_in_our_form:  # elsewhere, who knows what a column of this name means
        wire["owner"] = fields.text("owner")
    wire |= {"source": source or own_source, "external_id": external_id or fields.text("external_id", "id")}
    present = {name: value for name, value in wire.items() if value is not None and value not in ([], {})}
    _require(fields, present)
    try:
        profile = PROFILE_TYPES[kind].model_validate(present)
    except ValidationError as error:
        raise RecordProblem((*fields.problems, *field_problems(error.errors(include_url=False)))) from error
    if fields.problems:
        raise RecordProblem(tuple(fields.problems))
    return MappedRecord(
        profile=profile,  # type: ignore[arg-type]  # the types of PROFILE_TYPES are the members of the union
        warnings=tuple(fields.warnings),
        ignored_fields=fields.unread,
    )


def _stated_kind(fields: RecordFields) -> Kind | None:
    word = fields.text("kind")
    kind = kind_of_record(word)
    if kind is None and not fields.problems:
        message = f"{shown(word)} is not a known kind" if word else "the row names no kind"
        fields.problem("kind", message, f"give the import's option kind, or in the row one of {', '.join(Kind)}")
    return kind


def _require(fields: RecordFields, present: Mapping[str, object]) -> None:
    fixes = {
        "external_id": "give the row an id that stays the same in every file, in the column id or external_id",
        "source": "give the import's option source, or a column source",
        "title": "give a title or a text",
    }
    missing = [name for name in fixes if name not in present]
    for name in missing:
        fields.problem(name, "is missing", fixes[name])
    if missing:
        raise RecordProblem(tuple(fields.problems))


def _common(fields: RecordFields, kind: Kind) -> WireFields:
    description = fields.text("description", "text")
    summary = fields.text("summary")
    title = fields.text("title", "name") or _title_from(description or summary or "")
    if title and len(title) > TITLE_LENGTH:
        fields.warn("title", f"was cut to {TITLE_LENGTH} characters; all of it opens the description", "shorten it")
        description = f"{title}\n{description}" if description else title
        title = cut_at_word(title, TITLE_LENGTH)
    return {
        "title": title,
        "organisation": fields.text("organisation", "organization", "org"),
        "organisation_unit": fields.text("organisation_unit", "org_unit"),
        "summary": summary,
        "description": description,
        "offers": _atomic_needs(fields, "offers"),
        "needs": _atomic_needs(fields, "needs"),
        "sectors": _sectors(fields),
        "keywords": fields.tags("keywords"),
        "region": region_of(fields),
        "language": _language(fields),
        "visibility": fields.text("visibility"),
        "validity": _validity(fields),
        "contact": _contact(fields),
        "provenance": _provenance(fields),
        "track_record": track_record_of(fields, kind),
        "url": fields.text("url"),
    }


def _title_from(text: str) -> str | None:
    start = text.strip()[: _TITLE_FROM_TEXT_LENGTH + 2]
    ends = [place for end in _SENTENCE_ENDS if (place := start.find(end)) > 0]
    return cut_at_word(start[: min(ends)] if ends else start, _TITLE_FROM_TEXT_LENGTH).strip() or None


def _atomic_needs(fields: RecordFields, name: str) -> list[object]:
    """A text, a list of texts, or a list of {text, weight, type}."""
    needs: list[object] = []
    for path, entry in fields.entries(name):
        if isinstance(entry, str):
            needs.append({"text": entry})
        elif isinstance(entry, Mapping):
            needs.append(dict(entry))
        else:
            fields.problem(path, f"expected a text or {{text, weight}}, got {shown(entry)}", "give a text")
    return needs


def _sectors(fields: RecordFields) -> list[str]:
    both = fields.tags("sectors", "sector") + fields.tags("declared_fields")
    return list({sector.casefold(): sector for sector in reversed(both)}.values())[::-1]


def _language(fields: RecordFields) -> Language | None:
    word = fields.text("language", "lang")
    if word is None:
        return None
    language = _LANGUAGES.get(word.casefold()) or _LANGUAGES.get(word.casefold()[:2])
    if language is None:
        fields.warn("lang", f"{shown(word)} is neither Chinese nor English and was left out", "use zh or en")
    return language


def _validity(fields: RecordFields) -> object | None:
    nested = fields.mapping("validity")
    if nested is not None:
        return dict(nested)
    days = {name: fields.day(name) for name in ("valid_from", "valid_until")}
    return {name: day for name, day in days.items() if day} or None


def _contact(fields: RecordFields) -> object | None:
    nested = fields.mapping("contact")
    if nested is not None:
        return dict(nested)
    stated = {name: fields.text(f"contact_{name}") for name in _CONTACT_FIELDS}
    return {name: text for name, text in stated.items() if text} or None


def _provenance(fields: RecordFields) -> object | None:
    """What was read from deals, or marked so by the record, is inferred; what the record states comes first."""
    has = fields.names().__contains__
    is_inferred = {
        "needs": fields.find("needs_inferred")[1] in (True, "true"),
        "regions": has("regions_invested") or has("countries_invested"),
        "stages": has("stages") and has("stage_counts") and not has("declared_stages"),
    }
    stated = fields.mapping("provenance") or {}
    return {**{name: "inferred" for name, inferred in is_inferred.items() if inferred}, **stated} or None
