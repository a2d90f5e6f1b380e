"""The raw libraries, timed alone in a process of their own: FAISS, the encoder, sentence-transformers."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

import numpy as np

from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.hashed_encoder import build_chosen_encoder
from services.matcher.domain.texts import profile_texts
from services.matcher.embedding.documents import TitledText, text_passages
from services.matcher.embedding.encoder import Encoder
from services.matcher.matching.indexing import aspect_texts
from services.matcher.settings import MatcherSettings
from shared.contracts.profiles import profile_adapter

_WARM_UP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """One pass over texts."""

    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedAlone:
    """The encoder on the passages of some profiles, and sentence-transformers as it comes on the same."""

    passages: int
    encoder: Encoded
    defaults: Encoded | None
    """None for hashed vectors or where it was not asked for."""
    one_by_one_seconds: Sequence[float]
    """Each of the first profiles cut and embedded alone."""


def import_model_library() -> None:
    """Import what loads the model, ready to work without a network."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when it is imported
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # a bar a child says nothing
    import sentence_transformers  # noqa: F401, PLC0415 - takes seconds, and only some children need it


def search_flat(vectors_file: Path, queries: int, top_k: int, pipe: Connection) -> None:
    """Send the seconds of each exact inner-product search, one query at a time, on one thread."""
    import faiss  # noqa: PLC0415 - only this child needs it

    faiss.omp_set_num_threads(1)
    index = faiss.read_index(str(vectors_file))
    rows = np.random.default_rng(0).choice(index.ntotal, size=min(queries, index.ntotal), replace=False)
    asked = [index.reconstruct(int(row))[None, :] for row in rows]
    index.search(asked[0], top_k)
    pipe.send([_seconds(partial(index.search, query, top_k)) for query in asked])


def load_alone(vectors_file: Path, pipe: Connection) -> None:
    """Send the seconds that reading the vectors' file and the model takes, libraries imported."""
    import faiss  # noqa: PLC0415 - only this child needs it

    import_model_library()
    settings = MatcherSettings()

    def load() -> None:
        faiss.read_index(str(vectors_file))
        build_chosen_encoder(settings, EncoderChoice.BUNDLED)

    pipe.send(_seconds(load))


def _encode_one(texts: Sequence[TitledText], encoder: Encoder) -> None:
    encoder.encode([passage.embedded_text for passages in text_passages(texts, encoder) for passage in passages])


def encode_alone(
    profiles_file: Path, choice: EncoderChoice, threads: int, with_defaults: bool, one_by_one: int, pipe: Connection
) -> None:
    """Send an EncodedAlone of the profiles in a file, one a line; `threads` are torch's."""
    if choice is EncoderChoice.BUNDLED:
        import_model_library()
    encoder = build_chosen_encoder(MatcherSettings(encoder_threads=threads), choice)
    lines = profiles_file.read_text(encoding="utf-8").split("\n")
    texts = [aspect_texts(profile_texts(profile_adapter.validate_json(line))) for line in lines if line]
    unique = {
        passage.text_hash: passage.embedded_text
        for passages in text_passages([text for aspects in texts for text in aspects], encoder)
        for passage in passages
    }
    passages = sorted(unique.values(), key=len)
    encoder.encode(passages[:_WARM_UP])
    pipe.send(
        EncodedAlone(
            passages=len(passages),
            encoder=_timed(lambda: encoder.encode(passages)),
            defaults=_defaults(passages, threads) if with_defaults and choice is EncoderChoice.BUNDLED else None,
            one_by_one_seconds=[_seconds(partial(_encode_one, aspects, encoder)) for aspects in texts[:one_by_one]],
        )
    )


def _defaults(passages: Sequence[str], threads: int) -> Encoded:
    """sentence-transformers with its default settings, but for the threads."""
    import_model_library()
    import torch  # noqa: PLC0415 - as late as the model
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    from services.matcher.embedding.bundled_weights import bundled_model_path  # noqa: PLC0415

    torch.set_num_threads(threads)
    model = SentenceTransformer(str(bundled_model_path()), device="cpu")
    model.encode(list(passages[:_WARM_UP]))
    return _timed(lambda: model.encode(list(passages)))


def _timed(work: Callable[[], object]) -> Encoded:
    cpu_before = time.process_time()
    seconds = _seconds(work)
    return Encoded(seconds=seconds, cpu_seconds=time.process_time() - cpu_before)


def _seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
