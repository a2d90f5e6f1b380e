"""How many introductions stand in each state, for Prometheus."""

from sqlalchemy import func, select

from services.catalog.introduction_tables import IntroductionRow
from shared.contracts.introductions import IntroductionState
from shared.kit.database import Database


def count_by_state(database: Database) -> dict[str, int]:
    """Every state, those without an introduction too. Raises DatabaseUnavailable."""
    with database.read() as session:
        rows = session.execute(select(IntroductionRow.state, func.count()).group_by(IntroductionRow.state)).all()
    return dict.fromkeys((state.value for state in IntroductionState), 0) | {str(state): int(n) for state, n in rows}
