"""Erasure in the catalog: nothing is left in any column or file, what others keep stays, and the receipt says so."""

from pathlib import Path
from time import monotonic
from typing import Any

from services.catalog.privacy.receipts import digest
from shared.contracts.erasures import ErasureReceipt
from tests.canary import CANARY, columns_with_canary, files_with_canary
from tests.catalog.privacy.conftest import ORGANIZATION, Kept, canary_profile


def erase(kept: Kept, caller: str, body: dict[str, Any], **headers: str) -> Any:
    return kept.ask(caller, "POST", "/v1/erasures", json=body, headers=headers)


def completed(kept: Kept, erasure_id: str) -> ErasureReceipt:
    deadline = monotonic() + 60
    while monotonic() < deadline:
        receipt = kept.ask("admin", "GET", f"/v1/erasures/{erasure_id}").json()
        if receipt["is_complete"]:
            return ErasureReceipt.model_validate(receipt)
    raise AssertionError("the erasure was not completed")


def folder_of(kept: Kept) -> Path | None:
    name = kept.database.engine.url.database
    return None if kept.database.is_postgresql or name is None else Path(name).parent


def test_an_organisation_is_gone_from_every_column_and_file(kept_on_both: Kept) -> None:
    kept = kept_on_both
    before = columns_with_canary(kept.database.engine)
    assert before >= {
        "profiles.document",
        "profile_contacts.document",
        "profile_terms.term",
        "changes.document",
        "feedback.document",
        "feedback.event_id",
        "introductions.message",
        "introduction_events.note",
        "introduction_events.request_id",
        "delegations.delegate_principal_id",
        "api_keys.name",
        "idempotency_keys.answer",
        "webhooks.url",
        "webhook_deliveries.body",
    }
    kept_of_other = kept.ask("other", "GET", f"/v1/profiles/{kept.other}").json()
    made = erase(kept, "own", {"organization_id": ORGANIZATION})
    assert made.status_code == 201
    receipt = completed(kept, made.json()["id"])
    assert columns_with_canary(kept.database.engine) == set()
    folder = folder_of(kept)
    if folder is not None:
        assert files_with_canary(folder) == set()
    assert CANARY not in receipt.model_dump_json()
    assert (receipt.profile_ids, receipt.by_owner) == ((kept.own,), True)
    assert receipt.removed["changes"] == 2 and receipt.removed["profile_contacts"] == 1
    assert receipt.sha256 == digest(receipt)
    assert kept.ask("own", "GET", "/v1/profiles").status_code == 401
    assert kept.ask("other", "GET", f"/v1/profiles/{kept.other}").json() == kept_of_other
    keys = kept.ask("admin", "GET", "/v1/api-keys").json()["items"]
    erased = [one["key_id"] for one in keys if one["name"] == "erased"]
    for key_id in erased:
        trail = kept.ask("admin", "GET", f"/v1/api-keys/{key_id}/events").json()["items"]
        assert [(one["action"], one["by"]) for one in trail] == [("created", "erased"), ("revoked", "erased")]
    assert erased
    contact = kept.ask("other", "GET", "/v1/personal-data").json()["profiles"][0]["contact"]
    assert contact["email"] == "kim@example.org"


def test_a_profile_alone_leaves_its_organisation_at_work(kept_on_both: Kept) -> None:
    kept = kept_on_both
    made = erase(kept, "own", {"profile_ids": [kept.own]})
    assert made.status_code == 201
    completed(kept, made.json()["id"])
    left = {"api_keys.name", "api_keys.organization_id", "introduction_events.request_id"}
    left |= {"delegations.organization_id", "delegations.delegate_organization_id", "delegations.delegate_principal_id"}
    left |= {"idempotency_keys.answer"} | {f"webhooks.{name}" for name in ("url", "description", "organization_id")}
    assert columns_with_canary(kept.database.engine) <= left
    assert kept.ask("own", "GET", "/v1/profiles").status_code == 200
    gone = kept.ask("admin", "GET", f"/v1/profiles/{kept.own}")
    assert (gone.status_code, gone.json()["code"]) == (410, "profile_erased")
    assert kept.ask("own", "GET", f"/v1/profiles/{kept.own}").status_code == 404
    again = erase(kept, "admin", {"profile_ids": [kept.own]})
    assert (again.status_code, again.json()["code"]) == (410, "already_erased")


def test_the_other_side_keeps_its_trail_without_texts_and_names(kept_on_both: Kept) -> None:
    kept = kept_on_both
    erase(kept, "own", {"profile_ids": [kept.own]})
    found = kept.ask("other", "GET", f"/v1/introductions/{kept.introduction}").json()
    assert (found["state"], found["message"], found["subject"]["title"]) == ("closed", None, "erased")
    assert found["subject"]["consent"] == "withdrawn"
    trail = kept.ask("admin", "GET", f"/v1/introduction-events?introduction_id={kept.introduction}").json()["items"]
    assert [line["action"] for line in trail] == ["request", "submit", "accept", "release", "erase"]
    assert [line["by"] for line in trail if line["actor"] == "subject"] == ["erased", "erased", None]
    assert all(line["by"].startswith("key:") for line in trail if line["actor"] == "target")
    refused = kept.ask("other", "POST", f"/v1/introductions/{kept.introduction}/contacts", json={})
    assert refused.json()["code"] == "consent_missing"


def test_the_feed_tells_a_tombstone_at_every_place_of_the_profile(kept: Kept) -> None:
    def feed(**query: Any) -> Any:
        return kept.ask("service", "GET", "/v1/changes", params=query).json()

    before = feed()
    made = erase(kept, "own", {"profile_ids": [kept.own]}).json()
    after = feed()
    assert CANARY not in str(after) and CANARY not in str(feed(entity="feedback"))
    places = [(one["feed_seq"], one["profile_id"], one["revision"]) for one in after["items"]]
    assert places[:-1] == [(one["feed_seq"], one["profile_id"], one["revision"]) for one in before["items"]]
    own = [one for one in after["items"] if one["profile_id"] == kept.own]
    assert {(one["status"], one["erasure_id"], one["profile"]["title"]) for one in own} == {
        ("withdrawn", made["id"], "erased")
    }
    assert own[-1]["revision"] == 3
    others = [one for one in after["items"] if one["profile_id"] == kept.other]
    assert others == [one for one in before["items"] if one["profile_id"] == kept.other]


def test_what_is_registered_anew_has_another_id(kept: Kept) -> None:
    erase(kept, "own", {"profile_ids": [kept.own]})
    first = kept.ask("own", "POST", "/v1/profiles", json=canary_profile())
    assert first.status_code == 201 and first.json()["id"] != kept.own
    taken = kept.ask("stranger", "POST", "/v1/profiles", json=canary_profile())
    assert taken.json()["code"] == "profile_taken"
    path = f"/v1/profiles/{first.json()['id']}"
    revised = kept.ask("own", "PUT", path, json=canary_profile(title="Newer"), headers={"If-Match": '"1"'})
    assert (revised.status_code, revised.json()["revision"]) == (200, 2)
    erase(kept, "own", {"profile_ids": [first.json()["id"]]})
    second = kept.ask("own", "POST", "/v1/profiles", json=canary_profile()).json()["id"]
    assert second not in (kept.own, first.json()["id"])


def test_only_the_owner_and_administrators_erase(kept: Kept) -> None:
    body = {"profile_ids": [kept.own]}
    assert erase(kept, "other", body).json()["code"] == "personal_data_not_yours"
    assert erase(kept, "other", {"organization_id": ORGANIZATION}).json()["code"] == "personal_data_not_yours"
    assert erase(kept, "platform", body).status_code == 403
    unknown = erase(kept, "own", {"profile_ids": [kept.own, "prf_" + "0" * 32]})
    assert unknown.json()["errors"][0]["field"] == "profile_ids.1"
    assert kept.ask("own", "GET", f"/v1/profiles/{kept.own}").status_code == 200
    assert erase(kept, "admin", body).json()["by_owner"] is False


def test_a_request_that_is_sent_again_erases_once(kept: Kept) -> None:
    body = {"profile_ids": [kept.own]}
    first, second = (erase(kept, "own", body, **{"Idempotency-Key": "e1"}).json() for _ in range(2))
    assert first["id"] == second["id"]
    listed = kept.ask("admin", "GET", "/v1/erasures").json()["items"]
    assert [one["id"] for one in listed] == [first["id"]]
    assert kept.ask("stranger", "GET", f"/v1/erasures/{first['id']}").status_code == 404
    assert kept.ask("own", "GET", f"/v1/erasures/{first['id']}").status_code == 200


def test_an_erasure_is_complete_once_every_reader_that_was_there_has_confirmed(kept: Kept) -> None:
    def meet(reader: str, **said: Any) -> None:
        body = {"matcher_id": "matcher001"} | said
        assert kept.ask("service", "PUT", f"/v1/feed-readers/{reader}", json=body).status_code == 204

    def confirm(reader: str, erasure: str) -> int:
        said = {"reader_id": reader, "matcher_id": "matcher001", "profile_ids": [kept.own], "removed": {"vectors": 2}}
        return int(kept.ask("service", "POST", f"/v1/erasures/{erasure}/confirmations", json=said).status_code)

    for reader in ("reader001", "reader002", "reader003"):
        meet(reader)
    erasure = erase(kept, "own", {"profile_ids": [kept.own]}).json()["id"]
    meet("reader004")  # came later, and never read more than the tombstone
    assert (confirm("reader001", erasure), confirm("reader001", erasure)) == (204, 204)
    waiting = kept.ask("admin", "GET", f"/v1/erasures/{erasure}").json()
    assert not waiting["is_complete"]
    assert {one["reader_id"]: one["confirmed_at"] is not None for one in waiting["readers"]} == {
        "reader001": True,
        "reader002": False,
        "reader003": False,
    }
    meet("reader003", is_leaving=True)
    assert confirm("reader002", erasure) == 204
    assert completed(kept, erasure).readers[0].removed == {"vectors": 2}
    assert confirm("reader002", "ers_unknown") == 404
