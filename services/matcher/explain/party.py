"""What an explanation is made from: the two parties, a direction's score and a judged rule with its owner; pure."""

from collections.abc import Callable
from dataclasses import dataclass, field

from services.matcher.domain.attributes import Attributes
from services.matcher.domain.facts import ProfileFacts
from services.matcher.domain.judgement import Judgement
from services.matcher.domain.texts import ProfileTexts
from services.matcher.scoring.directed import Directed
from services.matcher.scoring.policy import DirectedPolicy
from shared.contracts.explanations import Side
from shared.contracts.kinds import Kind
from shared.contracts.vocabularies import Language
from shared.kit.anonymity import names_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side of a pair."""

    side: Side
    facts: ProfileFacts
    attributes: Attributes
    language: Language
    read_texts: Callable[[], ProfileTexts] = field(repr=False)
    """Called for `explain: full` only, once: parsing a profile costs more than a whole summary."""
    is_record_used: bool = True
    """False where the track record must not count, and so is not asked for."""

    @property
    def kind(self) -> Kind:
        """What it stands for."""
        return self.facts.kind

    @property
    def hidden_name(self) -> str | None:
        """The organisation that must not be written out, in lower case; None where nothing is hidden."""
        return self.facts.organisation if self.facts.is_anonymous else None

    def gives_away(self, text: str) -> bool:
        """Whether a text would name the organisation that this side hides, with or without its legal form."""
        hidden = self.hidden_name
        return hidden is not None and any(name in text.lower() for name in names_of(hidden) or [hidden])


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """One directed score and the policy that it was weighed by."""

    directed: Directed
    policy: DirectedPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedJudgement:
    """A rule judged on the other side, and whose rule it is."""

    owner: Side
    judgement: Judgement
