"""The receiver of the API guide, as it stands there, takes what the catalog sends and refuses what it did not send."""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.catalog.webhooks.dispatcher import Dispatcher
from services.catalog.webhooks.running import dispatcher_of
from services.catalog.webhooks.signing import signed_headers
from shared.kit.database import Database
from tests.catalog.webhooks.hooks import KEY, add_deliveries, add_webhook, all_deliveries
from tests.catalog.webhooks.test_dispatcher import quick_settings
from tests.cli.live_services import served

GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
SECRET = KEY.secret("whk_a", "salt of whk_a")
BODY = json.dumps({"type": "introduction.met", "data": {"introduction_id": "int_1", "revision": 2}})


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    [source] = re.findall(r"```python\n(# receiver\.py.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    module = ModuleType("receiver")
    monkeypatch.setitem(sys.modules, "receiver", module)
    exec(compile(source, "receiver.py", "exec"), module.__dict__)
    return module


def post(receiver: ModuleType, headers: Any, body: str = BODY) -> int:
    with TestClient(receiver.app) as client:
        return client.post("/liaison", content=body.encode(), headers=headers).status_code


def signed(event_id: str = "evt_1", body: str = BODY, *, ago: timedelta = timedelta()) -> dict[str, str]:
    return dict(signed_headers(event_id, body, (SECRET,), now=datetime.now(UTC) - ago))


def test_it_takes_each_event_once_and_keeps_the_newest_revision(receiver: ModuleType) -> None:
    assert [post(receiver, signed()), post(receiver, signed())] == [204, 204]
    late = BODY.replace("2}", "1}")
    assert post(receiver, signed("evt_0", late), late) == 204
    assert (receiver.done, receiver.newest) == ({"evt_1", "evt_0"}, {"int_1": 2})


def test_it_refuses_what_is_forged_changed_or_replayed(receiver: ModuleType) -> None:
    good = signed()
    assert post(receiver, {}) == 400
    assert post(receiver, good, BODY.replace("met", "order")) == 400
    assert post(receiver, good | {"webhook-id": "evt_2"}) == 400
    assert post(receiver, good | {"webhook-timestamp": str(int(good["webhook-timestamp"]) + 1)}) == 400
    assert post(receiver, good | {"webhook-signature": "v1,AAAA"}) == 400
    assert post(receiver, good | {"webhook-signature": "nonsense"}) == 400
    assert post(receiver, signed(ago=timedelta(minutes=6))) == 400
    assert post(receiver, signed(ago=-timedelta(minutes=6))) == 400
    assert receiver.done == set()


def test_it_takes_what_a_dispatcher_sends(receiver: ModuleType, database: Database) -> None:
    app = receiver.app
    app.get("/healthz")(lambda: {})
    with served(app) as url:
        add_webhook(database, "whk_a", url=f"{url}/liaison", event_types="*")
        add_deliveries(database, "whk_a", *[f"int_{number}" for number in range(3)])
        with database.write() as session:
            for row in all_deliveries(database):
                stored = session.merge(row)
                data = {"introduction_id": row.introduction_id, "revision": 1}
                stored.body = json.dumps({"type": row.type, "data": data})
        dispatcher: Dispatcher = dispatcher_of(database, quick_settings(), KEY, lambda _: None)
        dispatcher.start()
        try:
            while len(receiver.done) < 3:
                all_deliveries(database)  # each question takes its time
        finally:
            dispatcher.stop()
    assert receiver.newest == {f"int_{number}": 1 for number in range(3)}
