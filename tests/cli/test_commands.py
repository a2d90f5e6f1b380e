"""`liaison import | export | match | serve` against both services on the loopback."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from services.catalog.app import create_app as create_catalog
from services.catalog.profiles.rules import profile_id
from services.catalog.settings import CatalogSettings
from services.cli.main import app
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.kit.settings import LogLevel
from tests.cli.live_services import closed_address, served
from tests.factories import profile_body
from tests.matcher.encoders import HashingEncoder


@pytest.fixture(scope="module")
def catalog_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("catalog") / "catalog.db"
    settings = CatalogSettings(database_url=f"sqlite:///{path}", log_level=LogLevel.ERROR)
    with served(create_catalog(settings)) as url:
        yield url


@pytest.fixture(scope="module")
def matcher_url(catalog_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A matcher that has read two projects from the catalog."""
    folder = tmp_path_factory.mktemp("matcher")
    projects = folder / "projects.jsonl"
    write_rows(
        projects,
        profile_body(
            source="matched", external_id="cells", title="Silicon anode cells", organisation="Cell Works", trl=6
        ),
        profile_body(
            source="matched",
            external_id="robots",
            title="Cleaning robots for depots",
            organisation="Depot Robots",
            trl=3,
        ),
    )
    assert run("import", str(projects), "--catalog-url", catalog_url).exit_code == 0
    newest = httpx.get(f"{catalog_url}/v1/changes").json()["latest_seq"]
    settings = MatcherSettings(
        catalog_url=catalog_url,
        database_url=f"sqlite:///{folder / 'matcher.db'}",
        data_directory=folder / "saved",
        feed_wait_seconds=0.2,
        log_level=LogLevel.ERROR,
    )
    with served(create_matcher(settings, lambda _: HashingEncoder())) as url, httpx.Client(base_url=url) as http:
        while http.get("/v1/status").json()["feed_seq"] < newest:
            pass  # each question takes its time
        yield url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "160", "TERM": "dumb"})


def write_rows(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def assert_failed(result: Result, *told: str) -> None:
    """Exit code 1 with words on stderr, and no traceback."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    for words in told:
        assert words in result.stderr


def test_import_counts_rows_and_a_second_one_changes_nothing(catalog_url: str, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "rows.jsonl", profile_body(external_id="a"), profile_body(external_id="b"))
    first = run("import", str(file), "--source", "twice", "--json", "--catalog-url", catalog_url)
    again = run("import", str(file), "--source", "twice", "--json", "--catalog-url", catalog_url)
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert json.loads(first.stdout)["created"] == 2
    assert json.loads(again.stdout)["unchanged"] == 2


def test_rejected_row_is_shown_with_line_field_and_fix_and_fails_the_command(catalog_url: str, tmp_path: Path) -> None:
    bad = profile_body(external_id="bad")
    del bad["title"]
    file = write_rows(tmp_path / "rows.jsonl", profile_body(external_id="good"), bad)
    result = run("import", str(file), "--source", "rejects", "--catalog-url", catalog_url)
    assert result.exit_code == 1
    assert "1 rejected" in result.stdout
    assert "title: " in result.stdout
    assert "give a title or a text" in result.stdout


def test_strict_import_with_a_rejected_row_writes_nothing(catalog_url: str, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "rows.jsonl", profile_body(source="strict", external_id="good"), {"kind": "project"})
    result = run("import", str(file), "--strict", "--json", "--catalog-url", catalog_url)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["applied"] is False
    assert httpx.get(f"{catalog_url}/v1/profiles", params={"source": "strict"}).json()["items"] == []


def test_mapping_reads_foreign_columns_from_a_file(catalog_url: str, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("编号,项目名称\np-1,量子密钥分发芯片\n", encoding="utf-8")
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"编号": "external_id", "项目名称": "title"}', encoding="utf-8")
    result = run(
        "import", str(tmp_path / "rows.csv"), "--kind", "project", "--source", "mapped", "--mapping", str(mapping),
        "--catalog-url", catalog_url,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    [item] = httpx.get(f"{catalog_url}/v1/profiles", params={"source": "mapped"}).json()["items"]
    assert item["profile"]["title"] == "量子密钥分发芯片"


@pytest.mark.parametrize("mapping", ['{"a": ', "no/such/mapping.json"])
def test_bad_mapping_is_named(catalog_url: str, tmp_path: Path, mapping: str) -> None:
    file = write_rows(tmp_path / "rows.jsonl", profile_body())
    assert_failed(run("import", str(file), "--mapping", mapping, "--catalog-url", catalog_url), "mapping")


def test_missing_file_and_unknown_format_are_named(catalog_url: str, tmp_path: Path) -> None:
    assert_failed(run("import", str(tmp_path / "none.jsonl"), "--catalog-url", catalog_url), "there is no such file")
    odd = tmp_path / "rows.pdf"
    odd.write_bytes(b"%PDF")
    assert_failed(run("import", str(odd), "--catalog-url", catalog_url), "jsonl")


def test_export_holds_what_was_imported_without_contacts(catalog_url: str, tmp_path: Path) -> None:
    row = profile_body(external_id="e", title="导出", contact={"email": "someone@example.com"})
    hidden = profile_body(external_id="h", visibility="hidden")
    file = write_rows(tmp_path / "rows.jsonl", row | {"source": "exported"}, hidden | {"source": "exported"})
    assert run("import", str(file), "--catalog-url", catalog_url).exit_code == 0
    target = tmp_path / "out.jsonl"
    result = run("export", "--source", "exported", "--output", str(target), "--catalog-url", catalog_url)
    assert result.exit_code == 0, result.output
    [exported] = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert exported["title"] == "导出"
    assert "contact" not in exported
    assert "1 hidden or anonymous" in result.stderr


def test_export_to_a_folder_that_is_missing_is_told(catalog_url: str, tmp_path: Path) -> None:
    target = str(tmp_path / "none" / "out.jsonl")
    assert_failed(run("export", "--output", target, "--catalog-url", catalog_url), "--output", "Name another")


def test_policies_are_drafted_simulated_activated_and_rolled_back(matcher_url: str, tmp_path: Path) -> None:
    matcher = ("--matcher-url", matcher_url)
    document = {"base": "reciprocal-3", "directed": {"project>project": {"region": {"weight": 9}}}}
    file = write_rows(tmp_path / "near.json", document)
    drafted = run("policy", "draft", str(file), "--name", "near", "--by", "operator", *matcher)
    assert drafted.exit_code == 0, drafted.output
    assert "near-2: draft" in drafted.stdout
    why = ("--by", "operator", "--reason", "a test")
    assert_failed(run("policy", "activate", "near-2", *why, *matcher), "has no evaluation")
    subject = profile_id("matched", "cells")
    simulated = run("policy", "simulate", str(file), "--subject", subject, "--to", "project", *matcher)
    assert simulated.exit_code == 0, simulated.output
    assert "beside reciprocal-3" in simulated.stdout
    report = {"sets": [{"name": "tiny", "queries": 2, "rankings": {"served": {"ndcg@10": 0.5}}}]}
    attached = run(
        "policy", "attach", "near-2", str(write_rows(tmp_path / "r.json", report)), "--by", "operator", *matcher
    )
    assert "to near-2" in attached.stdout
    assert "near-2 ranks from now on" in run("policy", "activate", "near-2", *why, *matcher).stdout
    assert "tiny 0.500" in run("policy", "list", *matcher).stdout
    assert json.loads(run("policy", "show", "near-2", "--json", *matcher).stdout)["state"] == "active"
    assert "reciprocal-3 ranks from now on" in run("policy", "rollback", *why, *matcher).stdout
    assert "rolled_back" in run("policy", "history", *matcher).stdout
    assert "near-2: retired" in run("policy", "retire", "near-2", *why, *matcher).stdout
    assert_failed(run("policy", "show", "gone-9", *matcher), "policy: unknown")


def test_match_by_text_prints_what_fits_with_the_scores_of_both_sides(matcher_url: str) -> None:
    result = run("match", "--text", "silicon anode cells", "--to", "project", "--matcher-url", matcher_url)
    assert result.exit_code == 0, result.output
    assert "Silicon anode cells" in result.stdout and "Cell Works" in result.stdout
    assert "for you" in result.stdout and "for them" in result.stdout
    assert "Cleaning robots" not in result.stdout  # below the floor


def test_match_as_json_is_the_answer_and_its_contributions_add_up(matcher_url: str) -> None:
    arguments = ("--to", "project", "--to", "investor", "--limit", "1", "--json", "--matcher-url", matcher_url)
    answer = json.loads(run("match", "--text", "cleaning robots", *arguments).stdout)
    [match] = answer["matches"]
    assert match["title"] == "Cleaning robots for depots"
    for side in (match["forward"], match["backward"]):
        assert side["score"] == pytest.approx(sum(part["contribution"] for part in side["contributions"]))


def test_match_honours_filters(matcher_url: str) -> None:
    arguments = ("--text", "silicon anode cells", "--to", "project", "--json", "--matcher-url", matcher_url)
    found, without = (json.loads(run("match", "--filter", one, *arguments).stdout) for one in ("trl>=4", "trl<=4"))
    assert [match["title"] for match in found["matches"]] == ["Silicon anode cells"]
    assert (without["matches"], without["eligible"]) == ([], 1)  # robots are below the floor


def test_match_takes_a_stored_profile_and_one_in_a_file(matcher_url: str, tmp_path: Path) -> None:
    stored_id = profile_id("matched", "cells")
    scope = ("--to", "project", "--filter", "source=matched", "--json", "--matcher-url", matcher_url)
    stored = run("match", "--profile", stored_id, *scope)
    assert json.loads(stored.stdout)["eligible"] == 1  # not itself
    file = tmp_path / "demand.json"
    file.write_text(json.dumps(profile_body("rd_demand", title="Cleaning robots")), encoding="utf-8")
    sent = run("match", "--file", str(file), *scope)
    assert json.loads(sent.stdout)["matches"][0]["title"] == "Cleaning robots for depots"


def test_service_problems_are_lines_with_field_and_fix(matcher_url: str, tmp_path: Path) -> None:
    file = tmp_path / "demand.json"
    file.write_text(json.dumps(profile_body("project", trl=12)), encoding="utf-8")
    result = run("match", "--file", str(file), "--to", "project", "--matcher-url", matcher_url)
    assert_failed(result, "trl: ", "Lower the value to the bound or below.")
    unknown = run("match", "--profile", "prf_0", "--to", "project", "--matcher-url", matcher_url)
    assert_failed(unknown, "subject_id: ", "Use the id the catalog answered with.")


@pytest.mark.parametrize("subject", [(), ("--text", "a", "--profile", "b")])
def test_match_wants_exactly_one_subject(subject: tuple[str, ...]) -> None:
    assert_failed(run("match", "--to", "project", *subject), "exactly one of --profile")


@pytest.mark.parametrize(
    ("arguments", "service"),
    [
        (("match", "--text", "a", "--to", "project", "--matcher-url"), "matcher"),
        (("export", "--catalog-url"), "catalog"),
    ],
)
def test_unreachable_service_says_which_command_starts_it(arguments: tuple[str, ...], service: str) -> None:
    with closed_address() as url:
        assert_failed(run(*arguments, url), url, f"liaison serve {service}")


@pytest.mark.parametrize("service", ["catalog", "matcher", "all"])
def test_serve_refuses_a_host_beyond_this_machine(service: str) -> None:
    assert_failed(run("serve", service, "--host", "0.0.0.0"), "host 0.0.0.0", "api_key_pepper")


def test_serve_names_a_bad_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIAISON_CATALOG_MAX_IMPORT_BYTES", "few")
    assert_failed(run("serve", "catalog"), "LIAISON_CATALOG_MAX_IMPORT_BYTES: ")


def test_every_command_stands_in_the_help() -> None:
    shown = run("--help").stdout
    for command in ("demo", "serve", "import", "export", "match", "evaluate", "bench"):
        assert command in shown
