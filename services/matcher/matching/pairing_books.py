"""The pairing books of the policies in use, calibrated on the served base."""

from collections import OrderedDict
from threading import Lock

from services.matcher.matching.calibrating import PairingBook
from services.matcher.retrieval.chance import Chance
from services.matcher.scoring.policy import RankingPolicy
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Language

_KEPT = 8
"""Policies whose calibration is kept: the active one, and those that are compared with it."""


class PairingBooks:
    """Thread-safe; a book is kept as long as its base is served and it is among the last used."""

    def __init__(self, model_languages: frozenset[Language]) -> None:
        self._languages = model_languages
        self._books: OrderedDict[str, PairingBook] = OrderedDict()
        self._turn = Lock()

    def book(self, policy: RankingPolicy, chance: Chance) -> PairingBook:
        """The policy's book on a base."""
        with self._turn:
            book = self._books.get(policy.revision)
            if book is None or book.chance is not chance:
                book = PairingBook(chance=chance, policy=policy, model_languages=self._languages)
            self._books[policy.revision] = book
            self._books.move_to_end(policy.revision)
            while len(self._books) > _KEPT:
                self._books.popitem(last=False)
            return book

    def warm(self, policy: RankingPolicy, chance: Chance) -> None:
        """Calibrate every pair of kinds that the base holds, before a request asks for one."""
        book = self.book(policy, chance)
        present = [kind for kind in Kind if chance.sample.attributes.kind_mask([kind]).any()]
        for place, first in enumerate(present):
            for second in present[place:]:
                book.pairing(first, second)
                book.rescoring(first, second)
