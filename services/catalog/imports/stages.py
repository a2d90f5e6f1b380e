"""Words for company stages, rounds and award phases, English and Chinese, read as `CompanyStage`."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from shared.contracts.vocabularies import CompanyStage

COMPANY_ROUNDS = frozenset(CompanyStage) - {CompanyStage.IDEA, CompanyStage.FEASIBILITY, CompanyStage.PROTOTYPE}

_SAYS_NOTHING = frozenset({"", "unknown", "undisclosed", "none", "na", "n a", "不明确", "未透露", "无", "不限"})
_FILLER = re.compile(r"\b(?:round|nfunding|funding|fund|financing|investment|stage)\b|(?:融资|投资)$")
_NOT_A_WORD = re.compile(r"[^0-9a-z\u4e00-\u9fff+]+")

# Read in this order: the first pattern that fits decides.
_PATTERNS: tuple[tuple[re.Pattern[str], CompanyStage], ...] = tuple(
    (re.compile(pattern), stage)
    for pattern, stage in (
        (r"^(pre ?)?(seed|angel)\b|^(种子|天使)", CompanyStage.SEED_ANGEL),
        (r"^pre ?(series )?a ?\d?\+? ?(轮|$)", CompanyStage.PRE_A),
        # A round named "pre-B" is raised by a company that has closed its A.
        (r"^pre ?(series )?b ?\d?\+? ?(轮|$)", CompanyStage.SERIES_A),
        (r"^pre ?(series )?c ?\d?\+? ?(轮|$)", CompanyStage.SERIES_B),
        (r"^(series )?a ?\d?\+? ?(轮|$)", CompanyStage.SERIES_A),
        (r"^(series )?b ?\d?\+? ?(轮|$|extension)", CompanyStage.SERIES_B),
        (r"^(series )?[c-k]\d?\+?( plus)? ?(轮|$)", CompanyStage.SERIES_C_PLUS),
        (r"^(late venture|private ?equity|growth|pe$|成长期|扩张期|后期)", CompanyStage.GROWTH),
        (r"^(early |single )?venture|^early vc|^风险投资|^创业投资", CompanyStage.VENTURE),
        (r"^(strategic|战略)", CompanyStage.STRATEGIC),
        (r"^(post )?ipo|^public( market)?$|^listed|^(已)?上市|^新三板", CompanyStage.PUBLIC_MARKET),
        (r"^phase (i|1)$|^feasibility|^可行性|^概念验证", CompanyStage.FEASIBILITY),
        (r"^phase (ii|2)$|^prototype|^样机|^原型", CompanyStage.PROTOTYPE),
        (r"^(idea|concept)|^(创意|概念|想法)", CompanyStage.IDEA),
        (r"^(other|crowd ?fund|grant|debt|loan|convertible)|^(其他|众筹|债权)", CompanyStage.OTHER),
    )
)


def _plain(word: str) -> str:
    # Some exports carry a literal backslash-n inside the word.
    plain = unicodedata.normalize("NFKC", word).casefold().replace("\\n", " ").replace("\\", " ")
    return " ".join(_FILLER.sub(" ", _NOT_A_WORD.sub(" ", plain)).split())


@lru_cache(maxsize=4096)
def stage_from_word(word: str) -> CompanyStage | None:
    """The stage that a word such as "Pre-A轮", "seed/angel" or "Phase I,Phase II" (the first counts) stands for."""
    for part in (word, *re.split(r"[,;/，；、]", word)):
        plain = _plain(part)
        for pattern, stage in _PATTERNS:
            if pattern.search(plain):
                return stage
    return None


def says_no_stage(word: str) -> bool:
    """True for words such as "other", "-" or "未透露", which tell nothing and need no warning."""
    return _plain(word) in _SAYS_NOTHING


def stage_counts_by_stage(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts keyed by stage value; counts of equal stages are added, unknown words stay as they are."""
    merged: dict[str, int] = {}
    for word, count in counts.items():
        stage = stage_from_word(word)
        key = stage.value if stage else word
        merged[key] = merged.get(key, 0) + count
    return merged
