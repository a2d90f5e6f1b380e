"""Collections of profiles, indexed as the follower would index them."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

from services.matcher.matching.policies import TEXT_POLICY

from services.matcher.matching.indexing import Indexer, ProfileVersion
from services.matcher.matching.pipeline import Ranking, Scope, match
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.publisher import Publisher
from services.matcher.retrieval.segment import IndexedDocument
from services.matcher.retrieval.snapshot import Snapshot
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
ALL_KINDS = tuple(Kind)
MODEL_LANGUAGES = frozenset({Language.ENGLISH})


def random_profile(draw: random.Random, number: int, **fields: Any) -> Profile:
    """A profile of any kind in either language; one in twenty is hidden, word counts are skewed as in real texts."""
    is_chinese = draw.random() < 0.3
    words = ["".join(draw.choices(_CHINESE, k=4)) if is_chinese else _word(draw) for _ in range(draw.randint(3, 30))]
    chosen = {
        "external_id": str(number),
        "title": " ".join(words[:3]),
        "summary": ("，" if is_chinese else " ").join(words),
        "sectors": [draw.choice(["energy", "medical", "materials"])],
        "region": {"country": "中国", "province": draw.choice(["北京市", "河北省"])},
        "visibility": "hidden" if draw.random() < 0.05 else "public",
    }
    return make_profile(draw.choice(_KINDS).value, **(chosen | fields))


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


def rank(subject: Subject, snapshot: Snapshot, limit: int = 10, kinds: Iterable[Kind] = ALL_KINDS) -> Ranking:
    """The served ranking without filters."""
    scope = Scope(target_kinds=tuple(kinds), limit=limit)
    return match(subject, scope, snapshot, TEXT_POLICY, MODEL_LANGUAGES)


def ids(ranking: Ranking) -> list[str]:
    """Who is proposed, best first."""
    return [scored.entry.profile_id for scored in ranking.matches]
