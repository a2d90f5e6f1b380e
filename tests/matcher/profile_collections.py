"""Collections of profiles, indexed as the follower would index them."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

from services.matcher.matching.calibrating import PairingBook
from services.matcher.matching.eligible import Scope
from services.matcher.matching.indexing import Indexer, ProfileVersion
from services.matcher.matching.pipeline import Ranking, match, prepare
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.publisher import Publisher
from services.matcher.retrieval.segment import IndexedDocument
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.profiles import Kind, Profile
from shared.contracts.vocabularies import Language
from tests.factories import make_profile

_ENGLISH = (  # noqa: SIM905 - one word a line would fill a page
    "anode cathode electrolyte battery cell coating plasma laser sensor valve pump bearing robot arm gripper vision "
    "quantum key photon detector protein enzyme yeast reactor membrane filter hydrogen tank turbine blade alloy powder "
    "software scheduler compiler satellite antenna thruster implant catheter imaging ultrasound assay vaccine"
).split()
_CHINESE = tuple("量子通信电池材料等离子体灭菌设备机器人视觉检测合成生物氢能燃料卫星天线激光传感阀门轴承")
_KINDS = list(Kind)
_SECTORS = ["energy", "medical", "materials"]
_PROVINCES = ["北京市", "河北省"]
_STAGES = ["seed_angel", "pre_a", "series_a", "series_b", "growth"]
ALL_KINDS = tuple(Kind)
MODEL_LANGUAGES = frozenset({Language.ENGLISH})


def random_profile(draw: random.Random, number: int, **fields: Any) -> Profile:
    """A profile of any kind in either language; one in twenty is hidden, word counts are skewed as in real texts.

    Many state needs and offers, amounts and stages; some have a track record or rules of their own.
    """
    is_chinese = draw.random() < 0.3
    words = _words(draw, is_chinese, draw.randint(3, 30))
    kind = draw.choice(_KINDS)
    chosen = {
        "external_id": str(number),
        "title": " ".join(words[:3]),
        "summary": ("，" if is_chinese else " ").join(words),
        "sectors": [draw.choice(_SECTORS)],
        "region": {"country": "中国", "province": draw.choice(_PROVINCES)},
        "visibility": "hidden" if draw.random() < 0.05 else "public",
        "needs": _stated(draw, is_chinese, at_most=3) if draw.random() < 0.4 else [],
        "offers": _stated(draw, is_chinese, at_most=2) if draw.random() < 0.3 else [],
        "track_record": _track_record(draw) if draw.random() < 0.4 else None,
        "rules": [_rule(draw)] if draw.random() < 0.15 else [],
        **(_facts_of(kind, draw) if draw.random() < 0.6 else {}),
    }
    return make_profile(kind.value, **(chosen | fields))


def _words(draw: random.Random, is_chinese: bool, count: int) -> list[str]:
    return ["".join(draw.choices(_CHINESE, k=4)) if is_chinese else _word(draw) for _ in range(count)]


def _stated(draw: random.Random, is_chinese: bool, *, at_most: int) -> list[dict[str, Any]]:
    """Atomic needs or offers; half of them count more than a plain one."""
    return [
        {"text": " ".join(_words(draw, is_chinese, draw.randint(1, 5))), "weight": draw.choice([1, 1, 2, 2.5])}
        for _ in range(draw.randint(1, at_most))
    ]


def _track_record(draw: random.Random) -> dict[str, Any]:
    """What some years of deals leave; median and dates may be missing."""
    return {
        "total": draw.randint(0, 60),
        "first_date": draw.choice([None, "2012", "2018-03"]),
        "last_date": draw.choice([None, "2023", "2025-06", "2026-01-15"]),
        "sector_counts": {sector: draw.randint(0, 9) for sector in draw.sample(_SECTORS, 2)},
        "region_counts": {province: draw.randint(0, 9) for province in _PROVINCES},
        "stage_counts": {stage: draw.randint(0, 9) for stage in draw.sample(_STAGES, 3)},
        "amount_median": draw.choice([None, {"amount": draw.randint(1, 40) * 1e6}]),
        "items": [{"title": " ".join(_words(draw, False, 2))} for _ in range(draw.randint(0, 3))],
        "response_rate": draw.choice([None, 0.2, 0.9]),
    }


def _rule(draw: random.Random) -> dict[str, Any]:
    sector = {"op": "overlaps", "attribute": "sector", "values": [draw.choice(_SECTORS)]}
    mature = {"op": "at_least", "attribute": "trl", "value": 5}
    return {"condition": draw.choice([sector, mature, {"op": "not", "condition": sector}])}


def _facts_of(kind: Kind, draw: random.Random) -> dict[str, Any]:
    """Stages, readiness and amounts where the kind has them."""
    money = draw.randint(1, 30) * 1e6
    span = {"minimum": money, "maximum": draw.choice([None, 3 * money])}
    match kind:
        case Kind.PROJECT:
            stage = draw.choice(_STAGES)
            return {"trl": draw.randint(1, 9), "funding_round": stage, "amount_sought": {"amount": money}}
        case Kind.RD_DEMAND | Kind.SCENARIO:
            deadline = draw.choice(["2026-03-01", "2027-01-31"])
            return {"trl_minimum": draw.randint(1, 7), "budget": span, "deadline": deadline}
        case Kind.INVESTOR:
            return {"stages": draw.sample(_STAGES, 2), "ticket": span, "regions": [{"province": "河北省"}]}
        case Kind.PILOT_PLATFORM:
            return {"capacity": draw.randint(0, 20)}


def _word(draw: random.Random) -> str:
    return _ENGLISH[min(int(draw.expovariate(0.08)), len(_ENGLISH) - 1)]


def version(profile_id: str, profile: Profile, revision: int = 1) -> ProfileVersion:
    """A profile that was not indexed before."""
    return ProfileVersion(profile_id=profile_id, revision=revision, profile=profile)


def documents(indexer: Indexer, versions: Sequence[ProfileVersion]) -> list[IndexedDocument]:
    """What a segment is built of."""
    return [one.document for one in indexer.index(versions)]


def random_versions(seed: int, count: int, *, first: int = 0) -> list[ProfileVersion]:
    """Profiles `p0000`, `p0001` ... from `first` on."""
    draw = random.Random(seed)
    return [version(f"p{number:04}", random_profile(draw, number)) for number in range(first, first + count)]


def make_publisher(indexer: Indexer, versions: Sequence[ProfileVersion], dimension: int = 64) -> Publisher:
    """A publisher whose base holds the profiles."""
    publisher = Publisher(dimension=dimension, model_id="hashing/p1")
    publisher.apply(documents(indexer, versions), (), len(versions))
    return publisher


def make_book(snapshot: Snapshot, policy: RankingPolicy = SHIPPED_POLICY) -> PairingBook:
    """Pairings calibrated on the snapshot's base."""
    return PairingBook(chance=snapshot.chance, policy=policy, model_languages=MODEL_LANGUAGES)


def rank(
    subject: Subject,
    snapshot: Snapshot,
    limit: int = 10,
    kinds: Iterable[Kind] = ALL_KINDS,
    *,
    book: PairingBook | None = None,
    **scope: Any,
) -> Ranking:
    """The served ranking; `book` spares calibrating anew, `scope` gives further fields of `Scope`."""
    asked = Scope(target_kinds=tuple(kinds), **scope)
    return match(prepare(subject, asked, snapshot, book or make_book(snapshot)), limit)


def ids(ranking: Ranking) -> list[str]:
    """Who is proposed, best first."""
    return [scored.entry.profile_id for scored in ranking.matches]
