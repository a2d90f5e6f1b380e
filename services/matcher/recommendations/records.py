"""A round and its recommendations on their way into the store and out again; pure."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from pydantic import TypeAdapter

from services.matcher.recommendations.rotation import Seen
from shared.contracts.kinds import Kind
from shared.contracts.matches import Match, Provenance
from shared.contracts.recommendations import Channel, HeldBack, Period, WhyNow
from shared.contracts.vocabularies import Band


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundKey:
    """There is one round for each."""

    reader_id: str
    period: Period
    period_key: str
    is_personalised: bool

    @property
    def round_id(self) -> str:
        """The same for the same reader and period, so that making it twice makes it once."""
        named = "\n".join((self.reader_id, self.period_key, str(self.is_personalised)))
        return f"rnd_{sha256(named.encode()).hexdigest()[:32]}"

    def recommendation_id(self, target_id: str) -> str:
        """Of one contact of the round."""
        named = "\n".join((self.round_id, target_id))
        return f"rec_{sha256(named.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One contact of a round."""

    recommendation_id: str | None
    """None where nothing was recorded."""
    why_now: WhyNow
    times_given: int
    last_given_at: datetime | None
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round as it was made, or as it would be."""

    key: RoundKey
    channel: Channel
    since: datetime | None
    given_at: datetime | None
    """None where nothing was recorded."""
    run_id: str | None
    provenance: Provenance
    held_back: HeldBack
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMatch:
    """A match as it stood in a round, with its kind."""

    kind: Kind
    seen: Seen


_Packed = dict[str, tuple[Kind, int, int, float, Band]]
_packed: TypeAdapter[_Packed] = TypeAdapter(_Packed)


def pack_seen(matches: Mapping[str, SeenMatch]) -> bytes:
    """As the store keeps them."""
    plain = {
        target_id: (one.kind, one.seen.reader_revision, one.seen.revision, one.seen.score, one.seen.band)
        for target_id, one in sorted(matches.items())
    }
    return zlib.compress(_packed.dump_json(plain))


def unpack_seen(packed: bytes) -> dict[str, SeenMatch]:
    """What `pack_seen` packed."""
    return {
        target_id: SeenMatch(
            kind=kind, seen=Seen(reader_revision=reader_revision, revision=revision, score=score, band=band)
        )
        for target_id, (kind, reader_revision, revision, score, band) in _packed.validate_json(
            zlib.decompress(packed)
        ).items()
    }


def pack_match(match: Match) -> bytes:
    """As the store keeps it."""
    return zlib.compress(match.model_dump_json().encode())


def unpack_match(packed: bytes) -> Match:
    """What `pack_match` packed."""
    return Match.model_validate_json(zlib.decompress(packed))
