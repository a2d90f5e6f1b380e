"""Both aspects of a base segment as files: vectors by FAISS, term counts as arrays, terms as JSON."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from services.matcher.retrieval.aspects import Aspects
from services.matcher.retrieval.dense import FlatIndex
from services.matcher.retrieval.terms import Vocabulary
from services.matcher.retrieval.text_index import TextIndex, recounted

_OFFERS, _NEEDS, _WORDS, _TERMS = "vectors.faiss", "needs.faiss", "words.npz", "terms.json"
ASPECT_FILES = (_OFFERS, _NEEDS, _WORDS, _TERMS)
Arrays = dict[str, npt.NDArray[np.generic]]


def write_aspects(aspects: Aspects, folder: Path) -> None:
    """Write the files into a folder that exists."""
    aspects.offer_vectors.save(folder / _OFFERS)
    aspects.need_vectors.save(folder / _NEEDS)
    words = _index_arrays("offer", aspects.offer_words) | _index_arrays("need", aspects.need_words)
    np.savez(folder / _WORDS, need_rows=aspects.need_rows, **words)  # type: ignore[arg-type] # its stub has no **arrays
    terms = list(aspects.statistics.vocabulary.all_terms())
    (folder / _TERMS).write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")


def read_aspects(folder: Path) -> Aspects:
    """What `write_aspects` wrote; the statistics are counted again."""
    vocabulary = Vocabulary.of(json.loads((folder / _TERMS).read_text(encoding="utf-8")))
    with np.load(folder / _WORDS) as saved:
        arrays: Arrays = dict(saved)
    counts, emphases, lengths = _counts("offer", arrays, len(vocabulary))
    statistics = recounted(counts, lengths, vocabulary)
    return Aspects(
        offer_words=TextIndex(counts, emphases, lengths, statistics),
        offer_vectors=FlatIndex.load(folder / _OFFERS),
        need_words=TextIndex(*_counts("need", arrays, len(vocabulary)), statistics),
        need_vectors=FlatIndex.load(folder / _NEEDS),
        need_rows=arrays["need_rows"].astype(np.int64),
    )


def _index_arrays(aspect: str, index: TextIndex) -> Arrays:
    arrays = _matrix_arrays(f"{aspect}_counts", index.counts) | {f"{aspect}_lengths": index.lengths}
    return arrays if index.emphases is None else arrays | _matrix_arrays(f"{aspect}_emphases", index.emphases)


def _matrix_arrays(name: str, matrix: csr_array) -> Arrays:
    return {f"{name}_data": matrix.data, f"{name}_indices": matrix.indices, f"{name}_indptr": matrix.indptr}


def _counts(aspect: str, arrays: Arrays, width: int) -> tuple[csr_array, csr_array | None, npt.NDArray[np.float32]]:
    counts = _matrix(f"{aspect}_counts", arrays, width)
    weighted = f"{aspect}_emphases"
    emphases = _matrix(weighted, arrays, width) if f"{weighted}_data" in arrays else None
    return counts, emphases, arrays[f"{aspect}_lengths"].astype(np.float32)


def _matrix(name: str, arrays: Arrays, width: int) -> csr_array:
    parts = (arrays[f"{name}_data"], arrays[f"{name}_indices"], arrays[f"{name}_indptr"])
    return csr_array(parts, shape=(len(parts[2]) - 1, width))
