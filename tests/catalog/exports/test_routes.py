import csv
import io
import json

from starlette.testclient import TestClient

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from tests.catalog.imports.uploads import counts, jsonl, upload

PROFILES: tuple[dict[str, object], ...] = (
    {
        "kind": "project",
        "source": "own",
        "external_id": "p1",
        "title": "=Silicon; anode",
        "description": 'One\ntwo, "three"',
        "needs": [{"text": "a; b", "weight": 3, "type": "funding"}, {"text": "c"}],
        "offers": [{"text": "one"}, {"text": "two"}],
        "sectors": ["energy", "材料"],
        "keywords": ["a|b", "c"],
        "region": {"country": "China", "province": "北京", "district": "海淀区"},
        "company_stage": "series_a",
        "amount_sought": {"amount": 1500000.5, "currency": "USD"},
        "founded": 2019,
        "trl": 6,
        "contact": {"email": "a@b.cn"},
    },
    {
        "kind": "investor",
        "source": "own",
        "external_id": "i1",
        "title": "Fund",
        "stages": ["series_a", "seed_angel"],
        "ticket": {"minimum": 1, "currency": "EUR"},
        "regions": [{"province": "北京"}, {"country": "USA"}],
        "track_record": {"total": 3, "stage_counts": {"series_a": 3}, "items": [{"title": "X", "date": "2014-04"}]},
        "provenance": {"stages": "inferred"},
    },
    {
        "kind": "rd_demand",
        "source": "own",
        "external_id": "d1",
        "title": "Glue",
        "problem": "Parts fall off.",
        "technical_requirements": ["[5] MPa", "200 h; dry"],
        "budget": {"maximum": 100},
        "deadline": "2027-01-31",
        "phase": "feasibility",
        "validity": {"valid_until": "2027-02-01"},
    },
    {
        "kind": "scenario",
        "source": "own",
        "external_id": "s1",
        "title": "Port",
        "setting": "Quay",
        "trl_minimum": 6,
        "visibility": "members",
    },
    {
        "kind": "pilot_platform",
        "source": "own",
        "external_id": "l1",
        "title": "Line",
        "scale": "pilot",
        "capacity": 4,
        "equipment": ["mixer, 5 l"],
    },
)


def test_importing_an_export_changes_nothing(client: TestClient) -> None:
    upload(client, jsonl(*PROFILES))
    latest = client.get("/v1/changes").json()["latest_seq"]
    for file_format in ("jsonl", "csv"):
        export = client.get("/v1/exports", params={"format": file_format})
        assert export.status_code == 200
        report = upload(client, export.content, name=f"profiles.{file_format}")
        assert counts(report) == (0, 0, 5, 0), (file_format, report)
    assert client.get("/v1/changes").json()["latest_seq"] == latest


def test_an_export_fills_an_empty_catalog_equally(client: TestClient, sqlite_catalog_url: str) -> None:
    upload(client, jsonl(*PROFILES))
    export = client.get("/v1/exports").content
    with TestClient(create_app(CatalogSettings(database_url=sqlite_catalog_url))) as other:
        upload(other, export)
        assert other.get("/v1/exports").content == export


def test_contacts_are_never_exported(client: TestClient) -> None:
    upload(client, jsonl(*PROFILES))
    for file_format in ("jsonl", "csv"):
        assert "a@b.cn" not in client.get("/v1/exports", params={"format": file_format}).text


def test_kind_and_source_narrow_an_export(client: TestClient) -> None:
    upload(client, jsonl(*PROFILES))
    lines = client.get("/v1/exports", params={"kind": "investor"}).text.splitlines()
    assert [json.loads(line)["external_id"] for line in lines] == ["i1"]
    assert client.get("/v1/exports", params={"source": "other"}).text == ""


def test_formulas_are_marked_in_csv(client: TestClient) -> None:
    upload(client, jsonl(*PROFILES))
    rows = list(csv.DictReader(io.StringIO(client.get("/v1/exports", params={"format": "csv"}).text)))
    assert "'=Silicon; anode" in {row["title"] for row in rows}


def test_anonymous_and_hidden_profiles_are_left_out_and_counted_unless_the_operator_says_so(
    client: TestClient, sqlite_catalog_url: str
) -> None:
    private = [
        PROFILES[3] | {"external_id": visibility, "organisation": "Secret", "visibility": visibility}
        for visibility in ("anonymous", "hidden")
    ]
    upload(client, jsonl(*PROFILES, *private))
    export = client.get("/v1/exports")
    assert "Secret" not in export.text and len(export.text.splitlines()) == 5
    assert export.headers["Liaison-Left-Out"] == "2"
    assert counts(upload(client, export.content)) == (0, 0, 5, 0)

    settings = CatalogSettings(database_url=sqlite_catalog_url, export_private=True)
    with TestClient(create_app(settings)) as operator:
        upload(operator, jsonl(*private))
        assert operator.get("/v1/exports").text.count("Secret") == 2
