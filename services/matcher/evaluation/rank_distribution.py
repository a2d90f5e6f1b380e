"""At which ranks the relevant targets stand."""

from collections.abc import Mapping, Sequence

from services.matcher.evaluation.metrics import Relevance

BUCKET_ENDS = (1, 3, 10, 30, 100)
NOT_FOUND = f"below {BUCKET_ENDS[-1]}"
BUCKETS = (
    *(
        str(end) if end == start else f"{start}-{end}"
        for start, end in zip((1, *(end + 1 for end in BUCKET_ENDS[:-1])), BUCKET_ENDS, strict=True)
    ),
    NOT_FOUND,
)
"""Ranges of ranks, the last for what is deeper or absent."""


def rank_distribution(rankings: Mapping[str, Sequence[str]], qrels: Mapping[str, Relevance]) -> dict[str, int]:
    """Relevant pairs by bucket, in the order of BUCKETS; the counts add up to the number of relevant pairs."""
    counts = dict.fromkeys(BUCKETS, 0)
    for query_id, relevance in qrels.items():
        ranks = {target_id: rank for rank, target_id in enumerate(rankings.get(query_id, ()), start=1)}
        for target_id, grade in relevance.items():
            if grade > 0:
                counts[_bucket(ranks.get(target_id))] += 1
    return counts


def _bucket(rank: int | None) -> str:
    if rank is None:
        return NOT_FOUND
    return next((name for name, end in zip(BUCKETS, BUCKET_ENDS, strict=False) if rank <= end), NOT_FOUND)
