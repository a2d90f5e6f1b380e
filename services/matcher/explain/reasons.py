"""Which contributions are told as reasons, the weightiest first; pure."""

from functools import lru_cache

from services.matcher.domain.vocabulary import Names
from services.matcher.explain.names import bilingual
from services.matcher.explain.party import Direction
from services.matcher.explain.reason_wording import worded_generally, wording_of
from services.matcher.explain.shared_facts import Worded
from services.matcher.explain.sides import Sides
from services.matcher.scoring.directed import SignalPart
from services.matcher.scoring.policy import Weight
from shared.contracts.explanations import Reason, ReasonCode
from shared.contracts.vocabularies import Signal

MOST_REASONS = 4
_TRUSTED_SHARE = 0.5
"""Share of its weight below which the pair's languages hold a signal back: it is scored, but not told."""


def reasons(direction: Direction, sides: Sides) -> tuple[Reason, ...]:
    """Why the offering side serves the needing one: at most four, by contribution, ties in the order of the signals."""
    told = sorted(_telling(direction), key=lambda part: part.contribution, reverse=True)  # stable: reversed or not
    return tuple(_reason(part.signal, *_worded(part, sides)) for part in told[:MOST_REASONS])


def _telling(direction: Direction) -> list[SignalPart]:
    """Parts that are known, add to the score, and stand above both their threshold and the policy's neutral value."""
    weights = direction.policy.signals
    return [
        part
        for part in direction.directed.parts
        if not part.is_missing
        and part.contribution > 0
        and part.value >= wording_of(part.signal).threshold
        and (part.signal not in weights or _stands(part, weights[part.signal]))
    ]


def _stands(part: SignalPart, chosen: Weight) -> bool:
    """Above the neutral value, and not held back: a cosine of a language that the model does not read tells nothing."""
    return part.value > chosen.neutral and part.weight >= _TRUSTED_SHARE * chosen.weight


def _worded(part: SignalPart, sides: Sides) -> Worded:
    return wording_of(part.signal).word(part, sides) or worded_generally(part, sides)


@lru_cache(maxsize=32_768)
def _reason(signal: Signal, code: ReasonCode, text: Names) -> Reason:
    return Reason(code=code, signal=signal, text=bilingual(text))
