"""A pair seen in one direction: who needs, who offers, and what they are called; pure."""

from typing import NamedTuple

from services.matcher.domain.vocabulary import Names
from services.matcher.explain.names import party_names
from services.matcher.explain.party import Party


class Sides(NamedTuple):
    """The needing and the offering side; a named tuple, as several are made for every match."""

    needing: Party
    offering: Party
    need: Names
    """What the needing side is called."""
    offer: Names

    @classmethod
    def of(cls, needing: Party, offering: Party) -> "Sides":
        """With the names that tell the two apart."""
        return cls(needing, offering, party_names(needing, offering), party_names(offering, needing))

    def turned(self) -> "Sides":
        """The other direction."""
        return Sides(self.offering, self.needing, self.offer, self.need)
