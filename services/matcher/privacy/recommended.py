"""Recommended contacts: those of an erased reader go with their rounds, those that name an erased profile go alone."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import delete, or_

from services.matcher.recommendation_tables import RecommendationRoundRow, RecommendationRow
from shared.kit.database import Database

_BATCH = 500


def delete_recommendations(database: Database, profile_ids: Sequence[str]) -> Counter[tuple[str, str]]:
    """Of other readers' rounds ids, scores and times stay. Raises DatabaseUnavailable."""
    removed: Counter[tuple[str, str]] = Counter()
    wanted = set(profile_ids)
    for start in range(0, len(profile_ids), _BATCH):
        some = profile_ids[start : start + _BATCH]
        concerns = or_(RecommendationRow.reader_id.in_(some), RecommendationRow.target_id.in_(some))
        pair = (RecommendationRow.reader_id, RecommendationRow.target_id)
        rounds = delete(RecommendationRoundRow).where(RecommendationRoundRow.reader_id.in_(some))
        with database.write() as session:
            rows = session.execute(delete(RecommendationRow).where(concerns).returning(*pair)).all()
            readers = session.scalars(rounds.returning(RecommendationRoundRow.reader_id)).all()
        removed.update((one, "recommendations") for row in rows for one in row if one in wanted)
        removed.update((one, "recommendation_rounds") for one in readers)
    return removed
