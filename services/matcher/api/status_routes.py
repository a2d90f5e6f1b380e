"""GET /v1/status: what is served and how far behind the catalog it is."""

from fastapi import APIRouter

from services.matcher.api.degraded import degraded
from services.matcher.deps import RunningMatcher
from shared.contracts.matches import MatcherStatus, VectorStatus
from shared.kit.identity import Permission, requires

router = APIRouter(prefix="/v1", tags=["status"])

_EXAMPLE = {
    "is_ready": True,
    "model": "all-MiniLM-L6-v2/p1",
    "snapshot": "s1093.1000+93",
    "documents": 1093,
    "feed_seq": 1093,
    "latest_seq": 1093,
    "lag": 0,
    "is_catalog_reachable": True,
    "is_database_available": True,
    "seconds_behind": 0,
    "degraded": [],
    "vectors": {"backend": "faiss", "is_placed": True, "searches": 0, "local_searches": 0},
}


@router.get(
    "/status",
    dependencies=[requires(Permission.STATUS_READ)],
    responses={200: {"content": {"application/json": {"example": _EXAMPLE}}}},
)
def read_status(matcher: RunningMatcher) -> MatcherStatus:
    """The served snapshot, its model, and its distance to the feed."""
    placement = matcher.vectors.state()
    snapshot, follower = matcher.line.publisher.current, matcher.follower
    latest_seq = max(follower.latest_seq, snapshot.feed_seq)
    return MatcherStatus(
        is_ready=matcher.models.is_ready,
        model=snapshot.model_id,
        snapshot=snapshot.version,
        documents=snapshot.size,
        feed_seq=snapshot.feed_seq,
        latest_seq=latest_seq,
        lag=latest_seq - snapshot.feed_seq,
        is_catalog_reachable=follower.is_reachable,
        is_database_available=matcher.database.is_available,
        seconds_behind=round(follower.seconds_behind, 1),
        degraded=degraded(matcher),
        vectors=VectorStatus(
            backend=matcher.vector_backend,
            is_placed=placement.is_placed,
            searches=placement.searches,
            local_searches=placement.local_searches,
        ),
    )
