"""The sentence-transformers encoder: the one file that imports it."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import torch

from services.matcher.embedding.bundled_weights import bundled_model_path
from services.matcher.embedding.encoder import BUNDLED_MODEL, FloatMatrix, Precision, Progress, TokenSpans, no_progress
from shared.contracts.vocabularies import Language

_BATCH_TOKENS = 1024
"""Tokens in a batch: on a CPU larger ones fall out of the cache (batch 4 of 256 tokens ran 1.36 times batch 32)."""
_PASSAGE_PROMPTS = ("passage", "document", "corpus")
_LENGTH_CLASSES = (16, 32, 64, 128, 192, 256)


class SentenceTransformerEncoder:
    """Any sentence-transformers model; the bundled English one by default, with nothing downloaded."""

    def __init__(
        self,
        model: str = BUNDLED_MODEL,
        *,
        threads: int = 1,
        precision: Precision = Precision.AUTO,
        languages: frozenset[Language] | None = None,
        query_prompt: str | None = None,
        passage_prompt: str | None = None,
    ) -> None:
        """`model` is the bundled name, a folder or a hub name; `threads` are torch's, for the whole process.

        Prompts are the model's own where they are None.
        """
        is_bundled = model == BUNDLED_MODEL
        os.environ.setdefault("HF_HUB_OFFLINE", str(int(is_bundled)))
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", str(int(is_bundled)))
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - reads the two variables when imported

        torch.set_num_threads(threads)
        is_half = precision is Precision.BFLOAT16 or (precision is Precision.AUTO and _multiplies_bfloat16())
        self._model = SentenceTransformer(
            str(bundled_model_path()) if is_bundled else model,
            device="cpu",
            model_kwargs={"dtype": torch.bfloat16 if is_half else torch.float32},
        )
        self._languages = languages or frozenset({Language.ENGLISH})
        self._turn = Lock()  # a fast tokenizer must not be used by two threads at once
        own = own_prompts(self._model.prompts, self._model.default_prompt_name)
        self._query_prompt = own.query if query_prompt is None else query_prompt
        self._passage_prompt = own.passage if passage_prompt is None else passage_prompt
        name = model if is_bundled else f"{Path(model).name}@{_configuration_hash(self._model, self._passage_prompt)}"
        if is_bundled and self._passage_prompt:
            name = f"{name}@{hashlib.sha256(self._passage_prompt.encode()).hexdigest()[:12]}"
        self._model_id = f"{name}+bf16" if is_half else name

    @property
    def model_id(self) -> str:
        """Names the weights and their precision."""
        return self._model_id

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        """The model's length less its special tokens and those of the longer prompt."""
        tokenizer = self._model.tokenizer
        prompts = max(len(spans) for spans in self.token_spans([self._query_prompt, self._passage_prompt]))
        return int(self._model.max_seq_length or 512) - int(tokenizer.num_special_tokens_to_add()) - prompts

    @property
    def languages(self) -> frozenset[Language]:
        """English alone for the bundled model; others by setting."""
        return self._languages

    def token_spans(self, texts: Sequence[str]) -> list[TokenSpans]:
        """Spans of the content tokens of each text, uncut."""
        if not texts:
            return []
        with self._turn:
            encoded = self._model.tokenizer(
                list(texts), add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
            )
        return list(encoded["offset_mapping"])

    def encode(self, texts: Sequence[str], progress: Progress = no_progress) -> FloatMatrix:
        """Unit rows in the order of the texts, encoded in batches of like length."""
        return self._encoded(texts, self._passage_prompt, progress)

    def encode_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit rows in the order of the texts, with the query prompt."""
        return self._encoded(texts, self._query_prompt, no_progress)

    def _encoded(self, texts: Sequence[str], prompt: str, progress: Progress) -> FloatMatrix:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        lengths = np.array([len(spans) for spans in self.token_spans(texts)], dtype=np.int64)
        classes = np.searchsorted(_LENGTH_CLASSES, lengths)
        for length_class in np.unique(classes):
            rows = np.flatnonzero(classes == length_class)
            is_longest = int(length_class) == len(_LENGTH_CLASSES)
            longest = min(int(lengths[rows].max()), self.max_tokens) if is_longest else _LENGTH_CLASSES[length_class]
            for start in range(0, len(rows), 256):
                some = rows[start : start + 256]
                with self._turn:
                    vectors[some] = self._model.encode(
                        [texts[row] for row in some],
                        prompt=prompt,
                        batch_size=max(1, _BATCH_TOKENS // longest),
                        show_progress_bar=False,
                    )
                progress(len(some))
        # Scaled here, in float32: a bfloat16 vector's own length is off by up to 0.4 %.
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
        return vectors


def _multiplies_bfloat16() -> bool:
    """Whether the processor has bfloat16 products; where it has none they are emulated, five times slower."""
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """What is put before a text; empty for none."""

    query: str
    passage: str


def own_prompts(prompts: Mapping[str, str | None], default_name: str | None) -> Prompts:
    """A model's prompts by the names in use: query; passage, document or corpus; else its default for both."""
    stated = {name: prompt for name, prompt in prompts.items() if prompt}
    default = stated.get(default_name, "") if default_name else ""
    passage = next((stated[name] for name in _PASSAGE_PROMPTS if name in stated), default)
    return Prompts(query=stated.get("query", default), passage=passage)


def _configuration_hash(model: object, passage_prompt: str) -> str:
    """Twelve hex digits over the model's weights and set-up, so that another model never takes its vectors."""
    digest = hashlib.sha256()
    state = model.state_dict()  # type: ignore[attr-defined] # torch's Module, whose stubs say Any
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(state[name].detach().float().cpu().numpy().tobytes())
    digest.update(json.dumps({"max_seq_length": getattr(model, "max_seq_length", None)}).encode())
    if passage_prompt:
        digest.update(passage_prompt.encode())
    return digest.hexdigest()[:12]
