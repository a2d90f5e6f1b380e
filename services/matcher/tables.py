"""The matcher's tables: everything in them can be rebuilt from the catalog's feed."""

from sqlalchemy import BigInteger, Index, LargeBinary, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"})


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
    """Hashes of the embedded texts under the current model, joined by spaces."""


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
