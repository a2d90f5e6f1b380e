"""The audit after a soak finds each sort of fault that it is there to find."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.catalog.app import open_catalog
from services.catalog.profiles import service
from services.catalog.profiles.rules import profile_id
from services.cli.soak.catalog_writers import Account, Written
from services.cli.soak.feed_audit import audit_feed, count_out_of_order
from tests.factories import make_project

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
HARMS = {
    "lost": "DELETE FROM changes WHERE revision = 2",
    "differing": "UPDATE profiles SET revision = 3",
    "gaps": "UPDATE changes SET feed_seq = 7 WHERE revision = 2",
    "torn": 'UPDATE profile_contacts SET document = \'{"name":"First"}\'',
    "out_of_order": "UPDATE changes SET revision = 4 WHERE revision = 2",
}


def audited(path: Path, harm: str = "SELECT 1") -> dict[str, int]:
    """Two acknowledged revisions of one profile, and something done to the database afterwards."""
    database = open_catalog(f"sqlite:///{path}")
    account = Account(attempted={"First", "Second"})
    for revision, title in ((1, "First"), (2, "Second")):
        with database.write() as session:
            service.upsert(session, make_project(title=title, sectors=["energy"], contact={"name": title}), now=NOW)
        account.acknowledged[profile_id("tests", "one"), revision] = Written(title)
    audit_feed(database, [account])  # stamps
    with database.write() as session:
        session.connection().exec_driver_sql(harm)
    found = dict(audit_feed(database, [account]).faults)
    database.close()
    return found


def test_sound_database_has_no_faults(tmp_path: Path) -> None:
    assert not any(audited(tmp_path / "catalog.db").values())


@pytest.mark.parametrize("fault", HARMS)
def test_fault_is_found(tmp_path: Path, fault: str) -> None:
    assert audited(tmp_path / "catalog.db", HARMS[fault])[fault] == 1


def test_order_is_that_of_each_profile() -> None:
    assert count_out_of_order([("a", 1), ("b", 1), ("a", 2), ("b", 2)]) == 0
    assert count_out_of_order([("a", 2), ("b", 1), ("a", 1)]) == 1
