"""Which texts of a profile stand for what it offers and what it needs; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.contracts.profiles import ProfileCommon

TEXT_WEIGHT = 3.0
"""What a profile's prose counts beside its atomic needs: as much as three plain ones."""

TITLE_REPEATS = 2
"""How often a title's words count again beside their place in the text (docs/experiments.md)."""


class Aspect(StrEnum):
    """What a text speaks of."""

    COMMON = "common"
    """Offers and needs alike: title, summary, description, tags."""
    OFFER = "offer"
    NEED = "need"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """One field's text; `weight` is None for prose and how much an atomic need or offer counts beside its siblings."""

    field: str
    """Path in the profile, such as `description` or `needs.2.text`."""
    text: str
    aspect: Aspect
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTexts:
    """A profile's words by the part they play."""

    title: str
    parts: tuple[TextPart, ...] = ()
    tags: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    """Titles of past deals, awards or uses: words of the offer, but not part of its text."""

    @property
    def has_own_title(self) -> bool:
        """Whether the title says something of its own, and is not merely the beginning of a part."""
        return not any(part.text.startswith(self.title) for part in self.parts)

    @property
    def full(self) -> str:
        """Every part, as one text."""
        return self._text(self.parts)

    @property
    def offer_text(self) -> str:
        """What speaks of the offer; everything where no part says what is offered."""
        return self._text(self._without(Aspect.NEED) if self._has(Aspect.OFFER) else self.parts)

    @property
    def unsaid_history(self) -> str:
        """Past items that the offer's text does not speak of, one a line."""
        text = self.offer_text
        return "\n".join(title for title in dict.fromkeys(self.history) if title not in text)

    @property
    def need_text(self) -> str:
        """What speaks of the needs; everything where no part says what is needed."""
        return self._text(self._without(Aspect.OFFER) if self.has_own_needs else self.parts)

    @property
    def has_own_needs(self) -> bool:
        """Whether some part says what is needed; elsewhere one text stands for both aspects."""
        return self._has(Aspect.NEED)

    @property
    def atomic_needs(self) -> tuple[TextPart, ...]:
        """The needs that are stated one by one."""
        return tuple(part for part in self.parts if part.aspect is Aspect.NEED and part.weight is not None)

    @property
    def need_prose(self) -> str:
        """The text of the needs without those that are stated one by one."""
        parts = [part for part in self.parts if part.aspect is not Aspect.OFFER or not self.has_own_needs]
        return self._text([part for part in parts if part.weight is None or part.aspect is not Aspect.NEED])

    def _has(self, aspect: Aspect) -> bool:
        return any(part.aspect is aspect for part in self.parts)

    def _without(self, aspect: Aspect) -> list[TextPart]:
        return [part for part in self.parts if part.aspect is not aspect]

    def _text(self, parts: tuple[TextPart, ...] | list[TextPart]) -> str:
        """Title and parts, one a line, nothing twice; a title that only repeats how the rest begins is not said."""
        lines = dict.fromkeys(part.text for part in parts if part.text != self.title)
        body = "\n".join((*lines, ", ".join(self.tags)) if self.tags else lines)
        return body if body.startswith(self.title) else f"{self.title}\n{body}".strip()


def profile_texts(profile: ProfileCommon) -> ProfileTexts:
    """Collect a profile's texts; the contract's class variables say which fields are offers and needs."""
    return ProfileTexts(
        title=profile.title,
        parts=(
            *_common(profile),
            *_stated(profile, (*profile.need_fields, "needs"), Aspect.NEED),
            *_stated(profile, (*profile.offer_fields, "offers"), Aspect.OFFER),
        ),
        tags=tuple(dict.fromkeys((*profile.keywords, *(sector.replace("_", " ") for sector in profile.sectors)))),
        history=tuple(item.title for item in profile.track_record.items) if profile.track_record else (),
    )


def _common(profile: ProfileCommon) -> Iterator[TextPart]:
    for field in ("summary", "description"):
        text = getattr(profile, field)
        if text:
            yield TextPart(field=field, text=text, aspect=Aspect.COMMON)


def _stated(profile: ProfileCommon, fields: tuple[str, ...], aspect: Aspect) -> Iterator[TextPart]:
    for field in fields:
        value = getattr(profile, field)
        if isinstance(value, str):
            yield TextPart(field=field, text=value, aspect=aspect)
            continue
        for number, item in enumerate(value or ()):
            if isinstance(item, str):
                yield TextPart(field=f"{field}.{number}", text=item, aspect=aspect, weight=1.0)
            else:
                yield TextPart(field=f"{field}.{number}.text", text=item.text, aspect=aspect, weight=item.weight)
