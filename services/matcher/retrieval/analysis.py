"""Texts to index terms: stemmed English words, Chinese bigrams and characters, numbers and codes as they are."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import Stemmer

_RUN = re.compile(r"[a-z0-9]+(?:[.,][0-9]+)*|[㐀-鿿豈-﫿]+")
_STOP_WORDS = frozenset(
    """
    a an and are as at be been being but by can could did do does for from had has have he her his how i if in into is
    it its may more most no not of on or our shall she should so such than that the their them then there these they
    this those to under up upon was we were what when where which while who will with would you your
    """.split()  # noqa: SIM905 - one word a line would fill a page
)
_CHINESE_STOP_BIGRAMS = frozenset(
    ("什么", "怎么", "哪些", "哪个", "多少", "如何", "为什", "是否", "以及", "一个", "可以", "进行")
)
_stemmer = Stemmer.Stemmer("english")
ANALYSIS_SCHEME = "a2"
"""Changes with the rules here: part of what names an index."""


def index_terms(text: str) -> list[str]:
    """Terms of a text, repeated as often as they occur: its words, then its Chinese characters one by one.

    Bigrams tell words from one another, characters find those that are written shorter elsewhere.
    """
    normal = unicodedata.normalize("NFKC", text).lower()
    return [*_words(normal), *_characters(normal)]


def word_terms(text: str) -> list[str]:
    """The words among the terms, in order: what can be shown as something two texts have in common."""
    return list(_words(unicodedata.normalize("NFKC", text).lower()))


def _words(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        if run[0] <= "z":
            if run not in _STOP_WORDS:
                yield _stem(run)
        elif len(run) == 1:
            yield run
        else:
            for first, second in pairwise(run):
                if first + second not in _CHINESE_STOP_BIGRAMS:
                    yield first + second


def _characters(text: str) -> Iterator[str]:
    """Those of runs that are longer than one: a single one is a word already."""
    return (character for run in _RUN.findall(text) if run[0] > "z" and len(run) > 1 for character in run)


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    """Snowball English; words with digits stay whole."""
    return word if any(character.isdigit() for character in word) else str(_stemmer.stemWord(word))
