"""A matcher's store written without a catalog and kept between runs: documents, vectors, position, saved snapshot."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from services.catalog.profiles.rules import profile_id
from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.hashed_encoder import build_chosen_encoder
from services.cli.bench.rich_profiles import rich_profiles
from services.cli.bench.sources import profiles_of
from services.matcher import repositories
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.evaluation.comparison import StageProgress
from services.matcher.feed_positions import raise_position
from services.matcher.matching.indexing import Indexed, Indexer, ProfileVersion, profile_json
from services.matcher.retrieval.persistence import SnapshotFolder
from services.matcher.retrieval.segment import build_segment
from services.matcher.settings import MatcherSettings
from services.matcher.tables import FeedPositionRow
from shared.contracts.profiles import Kind, Profile
from shared.kit.settings import LogLevel

_ABOUT = "prepared.json"
_FORMAT = 2
_PAGE = 500
_SUBJECTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedStore:
    """Where it is and what it holds."""

    folder: Path
    profiles: int
    encoder: EncoderChoice
    subjects: tuple[str, ...]
    """Ids that a benchmark asks with: demands where there are any."""
    target_kind: Kind
    """The kind asked for."""

    def settings(self, catalog_url: str) -> MatcherSettings:
        """Settings of a matcher that serves this store."""
        return matcher_settings(self.folder, catalog_url)

    @property
    def vectors_file(self) -> Path:
        """The newest saved vectors, a FAISS index."""
        return max(self.folder.glob("snapshots/base-*/vectors.faiss"))


def matcher_settings(folder: Path, catalog_url: str) -> MatcherSettings:
    """A matcher whose store and snapshots are in one folder."""
    return MatcherSettings(
        catalog_url=catalog_url,
        database_url=f"sqlite:///{folder / 'matcher.db'}",
        data_directory=folder / "snapshots",
        log_level=LogLevel.ERROR,
        max_requests_in_work=36,  # a benchmark's clients each wait for their answer: nothing is to be refused
        request_patience_seconds=60,
        overload_patience_seconds=60,
    )


def prepare_store(
    directory: Path,
    *,
    profiles: int,
    data: Path | None,
    encoder: EncoderChoice,
    progress: StageProgress,
    rich_seed: int | None = None,
) -> PreparedStore:
    """The store of the first `profiles` of `data`, built where it is not at hand yet; raises BenchProblem.

    With a `rich_seed`, most profiles get random attributes and rules drawn from it.
    """
    folder = directory / f"{encoder}-{profiles}{'' if rich_seed is None else f'-rich-{rich_seed}'}"
    made_of = f"format {_FORMAT}: {profiles} profiles of {data.resolve() if data else 'the bundled corpus'}"
    about = _read_about(folder)
    if about is None or about.made_of != made_of:
        shutil.rmtree(folder, ignore_errors=True)
        stored = profiles_of(data, profiles)
        if rich_seed is not None:
            stored = rich_profiles(stored, rich_seed)
        subjects, target_kind = _build(folder, stored, encoder, progress)
        about = _About(made_of=made_of, subjects=tuple(subjects), target_kind=target_kind)
        (folder / _ABOUT).write_text(about.model_dump_json(), encoding="utf-8")
    return PreparedStore(
        folder=folder, profiles=profiles, encoder=encoder, subjects=about.subjects, target_kind=about.target_kind
    )


class _About(BaseModel):
    """What a prepared folder says of itself; written last, so that half a store is built anew."""

    made_of: str
    subjects: tuple[str, ...]
    target_kind: Kind


def _read_about(folder: Path) -> _About | None:
    path = folder / _ABOUT
    return _About.model_validate_json(path.read_bytes()) if path.exists() else None


def _build(
    folder: Path, profiles: Sequence[Profile], choice: EncoderChoice, progress: StageProgress
) -> tuple[list[str], Kind]:
    from services.matcher.bootstrap import open_database  # noqa: PLC0415 - torch takes seconds

    settings = matcher_settings(folder, "http://127.0.0.1")
    encoder = build_chosen_encoder(settings, choice)
    database = open_database(settings.database_url)
    store = VectorStore(database, encoder)
    indexer = Indexer(encoder, store)
    indexed: list[Indexed] = []
    for start, versions in _pages(profiles):
        page = indexer.index(versions)
        with database.write() as session:
            repositories.write_documents(
                session, [_row(start + n + 1, *one) for n, one in enumerate(zip(versions, page, strict=True))]
            )
        indexed += page
        progress("Preparing the store", len(indexed), len(profiles))
    with database.write() as session:
        raise_position(session, FeedPositionRow, after=0, to=len(profiles), epoch=None, model_id=store.model_id)
    database.close()
    documents = sorted((one.document for one in indexed), key=lambda document: document.entry.profile_id)
    SnapshotFolder(settings.data_directory, store.model_id).save(
        build_segment(documents, encoder.dimension), len(profiles)
    )
    return subjects_of(profiles)


def subjects_of(profiles: Sequence[Profile]) -> tuple[list[str], Kind]:
    """Who asks for what: demands ask for projects; without demands, projects ask for investors."""
    asking, asked = (
        (Kind.RD_DEMAND, Kind.PROJECT)
        if any(profile.kind is Kind.RD_DEMAND for profile in profiles)
        else (Kind.PROJECT, Kind.INVESTOR)
    )
    ids = [profile_id(profile.source, profile.external_id) for profile in profiles if profile.kind is asking]
    return ids[:_SUBJECTS], asked


def _pages(profiles: Sequence[Profile]) -> Iterator[tuple[int, list[ProfileVersion]]]:
    for start in range(0, len(profiles), _PAGE):
        some = profiles[start : start + _PAGE]
        yield (
            start,
            [
                ProfileVersion(profile_id=profile_id(one.source, one.external_id), revision=1, profile=one)
                for one in some
            ],
        )


def _row(feed_seq: int, version: ProfileVersion, indexed: Indexed) -> dict[str, object]:
    return {
        "profile_id": version.profile_id,
        "revision": version.revision,
        "feed_seq": feed_seq,
        "is_active": True,
        "profile_json": profile_json(version.profile),
        "passage_hashes": indexed.hashes.packed(),
    }
