"""Reports over HTTP: every one in every form, from what the matcher has read."""

import pytest
from starlette.testclient import TestClient

from shared.contracts.reports import Report, ReportName


@pytest.mark.parametrize("name", list(ReportName))
def test_every_report_is_made_as_json_csv_and_a_page(client: TestClient, name: ReportName) -> None:
    answer = client.get(f"/v1/reports/{name}")
    assert answer.status_code == 200, answer.text
    report = Report.model_validate_json(answer.content)
    assert report.name is name
    assert report.provenance.snapshot
    page = client.get(f"/v1/reports/{name}", params={"format": "html"})
    assert page.headers["content-type"].startswith("text/html")
    assert report.title.zh in page.text
    sheet = client.get(f"/v1/reports/{name}", params={"format": "csv"})
    assert sheet.text.lstrip("\ufeff").startswith(f"{name},")


def test_all_of_them_stand_in_one_answer(client: TestClient) -> None:
    assert [one["name"] for one in client.get("/v1/reports").json()] == [name.value for name in ReportName]
    page = client.get("/v1/reports", params={"format": "html"}).text
    assert "可入园项目" in page and "供需概况" in page


def test_no_report_names_a_hidden_or_anonymous_poster(client: TestClient) -> None:
    told = client.get("/v1/reports").text + client.get("/v1/reports", params={"format": "html"}).text
    for private in ("Concealed Binder", "Whispering Car Maker", "Hidden silicon anode cells"):
        assert private not in told


def test_coverage_asks_as_the_profile_would(client: TestClient) -> None:
    """Every kind sums to what was asked, and asking records no run."""
    before = client.get("/v1/reports/exposure").json()["tables"]
    report = Report.model_validate_json(client.get("/v1/reports/coverage", params={"sample": 2}).content)
    assert report.tables[0].suppressed > 0  # two of a kind are too few to tell
    assert client.get("/v1/reports/exposure").json()["tables"] == before


@pytest.mark.parametrize("params", [{"format": "pdf"}, {"sample": 0}, {"since": "2026-01-01"}, {"since": "yesterday"}])
def test_what_cannot_be_read_is_refused_by_its_name(client: TestClient, params: dict[str, str]) -> None:
    answer = client.get("/v1/reports/supply", params=params)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == f"query.{next(iter(params))}"
