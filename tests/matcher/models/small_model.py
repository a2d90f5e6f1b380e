"""A small sentence-transformers model made on the spot: random weights, another dimension, prompts of its own."""

from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

DIMENSION = 32
MAX_SEQ_LENGTH = 48
PROMPTS = {"query": "ask: ", "passage": "tell: "}
_WORDS = ["ask", "tell", ":", "laser", "sensor", "valve", "battery", "anode", "cell", "pump", "a", "for", "of"]


def save_small_model(folder: Path, prompts: dict[str, str] | None = None, seed: int = 0) -> Path:
    """A BERT of two layers with mean pooling; words it does not know are spelled."""
    torch.manual_seed(seed)
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = [*letters, *(f"##{letter}" for letter in letters), *"0123456789.,"]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys([*_WORDS, *pieces])]
    bare = folder / "bare"
    bare.mkdir(parents=True)
    words = BertWordPieceTokenizer(vocab={word: number for number, word in enumerate(vocabulary)}, lowercase=True)
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=words._tokenizer,
        model_max_length=MAX_SEQ_LENGTH,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    ).save_pretrained(bare)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=DIMENSION,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(bare)
    transformer = Transformer(str(bare), max_seq_length=MAX_SEQ_LENGTH)
    model = SentenceTransformer(
        modules=[transformer, Pooling(DIMENSION, pooling_mode="mean")], prompts=prompts or PROMPTS, device="cpu"
    )
    model.save(str(folder / "model"))
    return folder / "model"
