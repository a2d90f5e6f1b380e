"""The bundled model and a second real one: prompts, dimension and length are read from it; switched over HTTP."""

from pathlib import Path
from threading import Event
from time import monotonic

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from starlette.testclient import TestClient

from services.matcher.embedding.encoder import Precision
from services.matcher.embedding.sentence_transformer import SentenceTransformerEncoder, own_prompts
from services.matcher.model_lines import build_encoder
from tests.factories import make_investor, make_project
from tests.matcher.feed_server import FeedServer
from tests.matcher.models.small_model import DIMENSION, MAX_SEQ_LENGTH, save_small_model
from tests.matcher.models.test_switching import WHY, answer, matcher, wait_for, wait_until_ready

TEXT = "laser sensor valve"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_small_model(tmp_path_factory.mktemp("small"))


def load(
    folder: Path, *, query_prompt: str | None = None, passage_prompt: str | None = None
) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(
        str(folder), precision=Precision.FLOAT32, query_prompt=query_prompt, passage_prompt=passage_prompt
    )


def test_dimension_length_and_prompts_are_the_models_own(folder: Path) -> None:
    encoder = load(folder)
    assert encoder.dimension == DIMENSION
    assert encoder.max_tokens == MAX_SEQ_LENGTH - 4  # [CLS] and [SEP], and the prompt's two tokens
    plain = SentenceTransformer(str(folder), device="cpu")
    told, asked = (
        plain.encode([f"{prompt}{TEXT}"], prompt="", normalize_embeddings=True) for prompt in ("tell: ", "ask: ")
    )
    np.testing.assert_allclose(encoder.encode([TEXT]), told, atol=1e-6)
    np.testing.assert_allclose(encoder.encode_queries([TEXT]), asked, atol=1e-6)
    assert not np.allclose(told, asked, atol=1e-3)


def test_prompts_of_the_settings_override_and_name_other_vectors(folder: Path) -> None:
    own, bare = load(folder), load(folder, query_prompt="", passage_prompt="")
    assert bare.encode([TEXT]).tolist() == bare.encode_queries([TEXT]).tolist()
    assert own.model_id != bare.model_id
    assert load(folder, query_prompt="").model_id == own.model_id  # queries are not kept
    assert bare.max_tokens == MAX_SEQ_LENGTH - 2


@pytest.mark.parametrize(
    ("prompts", "default", "query", "passage"),
    [
        ({}, None, "", ""),
        ({"query": "q: ", "document": ""}, None, "q: ", ""),
        ({"query": "q: ", "document": "d: "}, None, "q: ", "d: "),
        ({"query": "q: ", "passage": "p: ", "document": "d: "}, None, "q: ", "p: "),
        ({"both": "b: "}, "both", "b: ", "b: "),
    ],
)
def test_prompts_are_found_by_the_names_in_use(
    prompts: dict[str, str], default: str | None, query: str, passage: str
) -> None:
    found = own_prompts(prompts, default)
    assert (found.query, found.passage) == (query, passage)


def test_the_service_switches_from_the_bundled_model_and_back(folder: Path, tmp_path: Path) -> None:
    with FeedServer() as feed, matcher(feed, tmp_path, build_encoder) as client:
        feed.tell("p", make_project(title="Laser sensor", summary="A valve " * 80))
        feed.tell("i", make_investor(title="Fund for laser sensors"))
        wait_until_ready(client, 2)
        wait_until_merged(client)
        old = answer(client)
        asked = client.post("/v1/models", json={"name": "small", "source": str(folder), "by": "operator"})
        assert asked.status_code == 202
        record = wait_for(client, "small", "ready", "failed")
        assert record["reason"] is None
        assert record["dimension"] == DIMENSION
        client.post("/v1/models/small:activate", json=WHY)
        new = answer(client)
        assert new["provenance"]["model"] == record["vectors_of"]
        assert {one["profile_id"] for one in new["matches"]} == {one["profile_id"] for one in old["matches"]}
        client.post("/v1/models:rollback", json=WHY)
        assert answer(client)["matches"] == old["matches"]


def wait_until_merged(client: TestClient) -> None:
    """Scores are set beside what chance scores in the base: they rest once all is in it."""
    ends = monotonic() + 30
    while not client.get("/v1/status").json()["snapshot"].endswith("+0"):
        assert monotonic() < ends
        Event().wait(0.01)


def test_a_folder_of_broken_weights_fails_with_a_reason(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text("{}")
    with FeedServer() as feed, matcher(feed, tmp_path, build_encoder) as client:
        feed.tell("p", make_project(title="Laser sensor"))
        wait_until_ready(client, 1)
        client.post("/v1/models", json={"name": "broken", "source": str(broken), "by": "operator"})
        assert wait_for(client, "broken", "failed")["reason"]
        assert answer(client)["provenance"]["model"].startswith("all-MiniLM-L6-v2")
