"""The matcher's tables: all but runs, policies, comparisons and golden sets can be rebuilt from the catalog's feed."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, MetaData, String, Text, UniqueConstraint, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.kit.columns import BigIdentity, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class Base(DeclarativeBase):
    """The matcher's tables."""

    metadata = metadata


class DocumentRow(Base):
    """The newest revision of a profile that the follower has read."""

    __tablename__ = "documents"
    __table_args__ = (Index(None, "feed_seq"),)

    profile_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    feed_seq: Mapped[int] = mapped_column(BigInteger)
    is_active: Mapped[bool]
    profile_json: Mapped[str] = mapped_column(Text)
    passage_hashes: Mapped[str] = mapped_column(Text)
    """Hashes of the embedded texts under the current model: the offer's, a bar, those of needs stated apart."""


class VectorRow(Base):
    """One embedded text under one model."""

    __tablename__ = "vectors"

    model_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    text_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    """Little-endian float32, of unit length."""


class FeedPositionRow(Base):
    """How far the follower has read, and which model the passages were cut for."""

    __tablename__ = "feed_position"

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_seq: Mapped[int] = mapped_column(BigInteger)
    model_id: Mapped[str] = mapped_column(String(200))
    epoch: Mapped[str | None] = mapped_column(String(64))
    """The history of the feed that the position counts in."""


class MatchRunRow(Base):
    """One answer as it went out; the same answer given again is the same row."""

    __tablename__ = "match_runs"
    __table_args__ = (Index(None, "last_answered_at"),)

    run_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject_id: Mapped[str | None] = mapped_column(String(200))
    """None for a subject that came with the request."""
    policy: Mapped[str] = mapped_column(Text)
    snapshot: Mapped[str] = mapped_column(Text)
    feed_seq: Mapped[int] = mapped_column(BigInteger)
    request: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON, packed by zlib; without a contact, and without the organisation of a poster who stays unnamed."""
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    """The answer's exact bytes, packed by zlib."""
    answered: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_answered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExposureRow(Base):
    """In how many recorded answers a profile stood; kept when the runs themselves are pruned."""

    __tablename__ = "exposures"

    profile_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    shown: Mapped[int] = mapped_column(BigInteger)


class FeedbackRow(Base):
    """One event that the follower has read from the catalog; it never changes."""

    __tablename__ = "feedback"
    __table_args__ = (Index(None, "subject_id", "target_id"), Index(None, "target_id"), Index(None, "run_id"))

    event_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(200))
    target_id: Mapped[str] = mapped_column(String(200))
    run_id: Mapped[str | None] = mapped_column(String(200))
    rank: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(40))
    outcome: Mapped[str | None] = mapped_column(String(40))
    happened_by: Mapped[str] = mapped_column(String(200))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FeedbackPositionRow(Base):
    """How far the feedback in the catalog's feed has been read: a single row."""

    __tablename__ = "feedback_position"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    feed_seq: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[str | None] = mapped_column(String(64))


class IntroductionRow(Base):
    """The newest revision of an introduction that the follower has read."""

    __tablename__ = "introductions"

    introduction_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    subject_id: Mapped[str] = mapped_column(String(200))
    target_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    is_told: Mapped[bool]
    run_id: Mapped[str | None] = mapped_column(String(200))
    rank: Mapped[int | None] = mapped_column(BigInteger)


class IntroductionStepRow(Base):
    """When an introduction first reached a state."""

    __tablename__ = "introduction_steps"

    introduction_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    state: Mapped[str] = mapped_column(String(20), primary_key=True)
    reached_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IntroductionPositionRow(Base):
    """How far the introductions in the catalog's feed have been read: a single row."""

    __tablename__ = "introduction_position"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    feed_seq: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[str | None] = mapped_column(String(64))
    """The history that the position counts in; None before the catalog has told it."""
    has_steps: Mapped[bool] = mapped_column(server_default=false())
    """Read since steps are kept; otherwise the feed is read once more from its beginning."""


class ApiKeyRow(Base):
    """The newest state of an API key that the feed told of: its MAC, never its secret."""

    __tablename__ = "api_keys"

    key_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    feed_seq: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(Text)


class GoldenSetRow(Base):
    """One golden set; locked while its judgments are written."""

    __tablename__ = "golden_sets"
    __table_args__ = (UniqueConstraint("name"),)

    set_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(500))
    subject_kind: Mapped[str] = mapped_column(String(40))
    target_kind: Mapped[str] = mapped_column(String(40))
    description: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_archived: Mapped[bool]


class JudgmentRow(Base):
    """One judgment; sources never meet in a row."""

    __tablename__ = "judgments"
    __table_args__ = (UniqueConstraint("set_id", "subject_id", "target_id", "source", "judge"),)

    id: Mapped[int] = mapped_column(BigIdentity, primary_key=True, autoincrement=True)
    set_id: Mapped[str] = mapped_column(String(36))
    subject_id: Mapped[str] = mapped_column(String(200))
    target_id: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(20))
    judge: Mapped[str] = mapped_column(String(200))
    grade: Mapped[int]
    note: Mapped[str | None] = mapped_column(Text)
    judged_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AllocationRow(Base):
    """A solved matchmaking day; it never changes."""

    __tablename__ = "allocations"
    __table_args__ = (Index(None, "created_at", "allocation_id"),)

    allocation_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(500))
    previous: Mapped[str | None] = mapped_column(String(36))
    """The day that it was solved again from."""
    status: Mapped[str] = mapped_column(String(20))
    meetings: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[str] = mapped_column(Text)
    """An Allocation as JSON."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ErasedProfileRow(Base):
    """A profile that the feed told to forget; rows are added and never changed."""

    __tablename__ = "erased_profiles"
    __table_args__ = (UniqueConstraint("profile_id", "erasure_id"),)

    number: Mapped[int] = mapped_column(BigIdentity, primary_key=True, autoincrement=True)
    """In the order in which they were read: one writer at a time holds the feed's position."""
    profile_id: Mapped[str] = mapped_column(String(200))
    erasure_id: Mapped[str] = mapped_column(String(200))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ErasedRunRow(Base):
    """A recorded answer that named an erased profile, and was deleted for it."""

    __tablename__ = "erased_runs"

    run_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    erasure_id: Mapped[str] = mapped_column(String(200))
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MatcherNameRow(Base):
    """The single row that tells this matcher's database from others that read the same catalog."""

    __tablename__ = "matcher_name"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(64))
