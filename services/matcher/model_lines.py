"""Puts together what answers with one embedding model: its encoders, vectors, snapshots and matchmaker."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from services.matcher.comparisons.serving import ServedComparisons
from services.matcher.embedding.encoder import Encoder
from services.matcher.embedding.on_demand import OnDemandEncoder
from services.matcher.embedding.sentence_transformer import SentenceTransformerEncoder
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.matching.behaviour import PriorsOf
from services.matcher.matching.indexing import Indexer
from services.matcher.matching.matchmaker import ExposureOf, IntroducedTo, Matchmaker
from services.matcher.models.line import ModelLine
from services.matcher.models.service import ModelSpec, name_of
from services.matcher.policies.serving import ServedPolicies
from services.matcher.retrieval.persistence import SnapshotFolder
from services.matcher.retrieval.placement import Placement
from services.matcher.retrieval.publisher import Publisher
from services.matcher.settings import MatcherSettings
from shared.kit.database import Database

EncoderFactory = Callable[[MatcherSettings], Encoder]


def build_encoder(settings: MatcherSettings) -> SentenceTransformerEncoder:
    """The encoder of the settings' model."""
    return SentenceTransformerEncoder(
        settings.model,
        threads=settings.encoder_threads,
        precision=settings.encoder_precision,
        languages=frozenset(settings.model_languages),
        query_prompt=settings.model_query_prompt,
        passage_prompt=settings.model_passage_prompt,
    )


@dataclass(frozen=True, slots=True)
class ModelLines:
    """Makes the line of any model of one service."""

    settings: MatcherSettings
    encoder_of: EncoderFactory
    vectors: Placement
    database: Database
    policies: ServedPolicies
    comparisons: ServedComparisons
    exposure_of: ExposureOf
    introduced_to: IntroducedTo
    priors: PriorsOf

    def beside(self, spec: ModelSpec) -> ModelLine:
        """Of a model beside the settings' one; raises what its library raises."""
        folder = hashlib.sha256(spec.source.encode()).hexdigest()[:16]
        return self.line(spec, self.settings.data_directory / "models" / folder)

    def line(self, spec: ModelSpec, folder: Path) -> ModelLine:
        """With its saved snapshots in a folder."""
        of_model = self.settings.model_copy(
            update={
                "model": spec.source,
                "model_languages": spec.languages,
                "model_query_prompt": spec.query_prompt,
                "model_passage_prompt": spec.passage_prompt,
            }
        )
        # Two encoders: one asked by requests, one busy with the feed, so that neither waits for the other's turn.
        asked = self.encoder_of(of_model)
        following = OnDemandEncoder(asked, partial(self.encoder_of, of_model))
        store = VectorStore(self.database, following)
        saved = SnapshotFolder(folder, store.model_id)
        publisher = Publisher(
            dimension=asked.dimension,
            model_id=store.model_id,
            on_merged=saved.save,
            placed=self.vectors.of_model(store.model_id),
        )
        return ModelLine(
            encoder=asked,
            following=Indexer(following, store),
            publisher=publisher,
            saved=saved,
            matchmaker=Matchmaker(
                publisher=publisher,
                indexer=Indexer(asked, store),
                encoder=asked,
                policies=self.policies,
                comparisons=self.comparisons,
                exposure_of=self.exposure_of,
                introduced_to=self.introduced_to,
                priors=self.priors,
            ),
        )


def home_spec(settings: MatcherSettings) -> ModelSpec:
    """The settings' own model."""
    return ModelSpec(
        name=name_of(settings.model),
        source=settings.model,
        languages=settings.model_languages,
        query_prompt=settings.model_query_prompt,
        passage_prompt=settings.model_passage_prompt,
    )
