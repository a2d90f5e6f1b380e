"""Tells Chinese from English by the letters of a text; pure."""

from shared.contracts.vocabularies import Language

CHINESE_SHARE = 0.15
"""A Chinese text quotes Latin names freely, an English one hardly ever quotes Chinese."""


def detect_language(text: str) -> Language | None:
    """By the share of CJK characters among the letters; None where there is no letter."""
    letters = [character for character in text if character.isalpha()]
    if not letters:
        return None
    chinese = sum("\u4e00" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf" for character in letters)
    return Language.CHINESE if chinese >= CHINESE_SHARE * len(letters) else Language.ENGLISH
