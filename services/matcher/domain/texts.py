"""Which texts of a profile stand for what; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.contracts.parts import Need
from shared.contracts.profiles import ProfileCommon


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTexts:
    """A profile's words by the part they play."""

    title: str
    common: tuple[str, ...]
    """Summary and description: they speak of offers and needs alike."""
    offers: tuple[str, ...]
    needs: tuple[str, ...]
    tags: tuple[str, ...]
    history: tuple[str, ...]
    """Titles and texts of past deals, awards or uses."""

    @property
    def body(self) -> str:
        """Everything but title and history, one part a line, nothing twice."""
        parts = dict.fromkeys(part for part in (*self.common, *self.needs, *self.offers) if part != self.title)
        return "\n".join((*parts, ", ".join(self.tags)) if self.tags else parts)

    @property
    def full(self) -> str:
        """Title and body, as one text; a title that only repeats how the body begins is not said twice."""
        body = self.body
        return body if body.startswith(self.title) else f"{self.title}\n{body}".strip()


def profile_texts(profile: ProfileCommon) -> ProfileTexts:
    """Collect a profile's texts; the contract's class variables say which fields are offers and needs."""
    record = profile.track_record
    items = record.items if record else ()
    return ProfileTexts(
        title=profile.title,
        common=tuple(text for text in (profile.summary, profile.description) if text),
        offers=(*_field_texts(profile, profile.offer_fields), *(offer.text for offer in profile.offers)),
        needs=(*_field_texts(profile, profile.need_fields), *(need.text for need in profile.needs)),
        tags=tuple(dict.fromkeys((*profile.keywords, *(sector.replace("_", " ") for sector in profile.sectors)))),
        history=tuple(text for item in items for text in (item.title, item.text) if text),
    )


def _field_texts(profile: ProfileCommon, fields: Iterable[str]) -> Iterator[str]:
    for field in fields:
        value: str | tuple[str | Need, ...] | None = getattr(profile, field)
        if isinstance(value, str):
            yield value
        elif value:
            yield from (item.text if isinstance(item, Need) else item for item in value)
