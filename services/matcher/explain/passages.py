"""The stretches of a profile that may be shown: its needs, and the passages that speak of what it offers; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.matcher.domain.texts import Aspect, ProfileTexts, TextPart
from services.matcher.explain.party import Party
from services.matcher.explain.sentences import LONGEST_WINDOW, Stretch, sentences, windows
from services.matcher.explain.telling_terms import TermWeights
from shared.contracts.explanations import Span

MOST_NEEDS = 8
"""Needs stated one by one that are shown, the weightiest."""
MOST_SENTENCES = 5
"""Sentences that stand for the needs of a profile that states none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A need as it is shown, and how much it counts beside the side's others."""

    span: Span
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of what a profile offers."""

    span: Span
    is_title: bool
    """It only repeats the title: shown where nothing better is found."""
    is_single: bool
    """One sentence or one item of a list, not two sentences."""


def needs_of(party: Party, texts: ProfileTexts, weights: TermWeights) -> tuple[Need, ...]:
    """The weightiest of the needs stated one by one, else the most telling sentences; in the profile's order."""
    atomic = [part for part in texts.atomic_needs if not party.gives_away(part.text)]
    if atomic:
        kept = set(sorted(range(len(atomic)), key=lambda place: -(atomic[place].weight or 0))[:MOST_NEEDS])
        return tuple(
            Need(span=_whole(part), weight=part.weight or 0.0) for place, part in enumerate(atomic) if place in kept
        )
    return _telling_sentences(party, _need_prose(texts), weights)


def _need_prose(texts: ProfileTexts) -> list[TextPart]:
    own = [part for part in texts.parts if part.aspect is Aspect.NEED]
    prose = own or [part for part in texts.parts if part.weight is None]
    return prose or [TextPart(field="title", text=texts.title, aspect=Aspect.COMMON)]


def _telling_sentences(party: Party, parts: Sequence[TextPart], weights: TermWeights) -> tuple[Need, ...]:
    """The sentences whose terms are rarest in all; one that repeats another is left out."""
    found: dict[str, Span] = {}
    for part in parts:
        for stretch in sentences(part.text):
            span = _span(part, stretch)
            if not party.gives_away(span.text):
                found.setdefault(span.text, span)
    spans = list(found.values())
    telling = [sum(weights.of_text(span.text).values()) for span in spans]
    kept = sorted(sorted(range(len(spans)), key=lambda place: -telling[place])[:MOST_SENTENCES])
    return tuple(Need(span=spans[place], weight=1.0) for place in kept if telling[place] > 0)


def passages_of(party: Party, texts: ProfileTexts) -> tuple[Passage, ...]:
    """What may show that an offer answers a need: windows of prose, items of lists, and the title last."""
    parts = [part for part in texts.parts if part.aspect is not Aspect.NEED]  # another need answers no need
    parts.sort(key=lambda part: part.aspect is not Aspect.OFFER)
    title = TextPart(field="title", text=texts.title, aspect=Aspect.COMMON)
    every = [
        passage for part in (*parts, *([title] if texts.title else [])) for passage in _passages(part, texts.title)
    ]
    return tuple(passage for passage in every if not party.gives_away(passage.span.text))


def _passages(part: TextPart, title: str) -> Iterator[Passage]:
    if part.weight is not None and len(part.text) <= LONGEST_WINDOW:
        yield Passage(span=_whole(part), is_title=part.text == title, is_single=True)
        return
    single = len(sentences(part.text))
    for place, stretch in enumerate(windows(part.text)):
        span = _span(part, stretch)
        is_title = part.field == "title" or span.text.rstrip(".。") == title.rstrip(".。")
        yield Passage(span=span, is_title=is_title, is_single=place < single)


def _whole(part: TextPart) -> Span:
    return Span(field=part.field, start=0, end=len(part.text), text=part.text)


def _span(part: TextPart, stretch: Stretch) -> Span:
    start, end = stretch
    return Span(field=part.field, start=start, end=end, text=part.text[start:end])
