"""`liaison suggest-rules` and GET /v1/suggested-rules, from feedback that the matcher has read."""

import json
from collections.abc import Iterator

import httpx
import pytest

from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.contracts.suggestions import SuggestedRules
from shared.kit.settings import LogLevel
from tests.cli.live_services import served
from tests.cli.test_commands import assert_failed, run
from tests.factories import make_demand, make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed_server import FeedServer
from tests.matcher.judgments.events import make_event, on_the_wire

EARLY = ("p3", "p4", "p5")


@pytest.fixture(scope="module")
def matcher_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demand that turned down three projects as too early, and shortlisted a riper one."""
    folder = tmp_path_factory.mktemp("suggesting")
    with FeedServer() as feed:
        for level in range(1, 10):
            feed.tell(f"p{level}", make_project(title=f"Valve {level}", trl=level))
        for demand in ("wanted", "strict", "silent"):
            rules = [{"condition": {"op": "at_least", "attribute": "trl", "value": 6}}] if demand == "strict" else []
            feed.tell(demand, make_demand(title=f"Wanted: a valve, {demand}", rules=rules))
        refusals = [
            make_event("dismissed", project, demand, reason="wrong_stage")
            for demand in ("wanted", "strict")
            for project in EARLY
        ]
        # "gone" is not in the index: of it nothing is known that a rule could ask for.
        refusals.append(make_event("dismissed", "gone", "wanted", reason="wrong_stage"))
        feed.tell_feedback(*map(on_the_wire, [*refusals, make_event("shortlisted", "p8", "wanted")]))
        settings = MatcherSettings(
            catalog_url=feed.url,
            database_url=f"sqlite:///{folder / 'matcher.db'}",
            data_directory=folder / "saved",
            feed_wait_seconds=0.2,
            log_level=LogLevel.ERROR,
        )
        with served(create_matcher(settings, lambda _: HashingEncoder())) as url:
            feed.wait_until_read_to(feed.latest_seq)
            while not httpx.get(f"{url}/v1/suggested-rules", params={"for": "wanted"}).json()["items"]:
                pass  # feedback is read by a thread of its own; each question takes its time
            yield url


def suggested(url: str, profile_id: str) -> SuggestedRules:
    answer = httpx.get(f"{url}/v1/suggested-rules", params={"for": profile_id})
    assert answer.status_code == 200, answer.text
    return SuggestedRules.model_validate_json(answer.content)


def test_three_declined_as_too_early_become_a_rule_that_is_ready_to_be_taken(matcher_url: str) -> None:
    found = suggested(matcher_url, "wanted")
    [item] = found.items
    rule = item.rule.model_dump(mode="json", exclude_none=True)
    assert rule == {"condition": {"op": "at_least", "attribute": "trl", "value": 6.0}, "applies_to": ["project"]}
    assert (item.support, item.declined, item.welcome) == (3, EARLY, 1)
    assert (item.candidates, item.taken_away) == (9, 5)
    assert item.text.en.startswith("You turned down 3 projects for the wrong stage: add the rule")
    assert "阶段不符" in item.text.zh and "5个" in item.text.zh
    with_rule = make_demand(rules=[rule])  # as it would be put into the profile
    assert with_rule.rules == (item.rule,)


def test_nothing_is_suggested_to_whoever_asks_for_it_already_or_said_nothing(matcher_url: str) -> None:
    assert suggested(matcher_url, "strict").items == ()
    assert suggested(matcher_url, "silent").items == ()
    assert suggested(matcher_url, "p3").items == ()  # it was declined; it has declined nobody


def test_an_unknown_profile_is_told_by_its_name(matcher_url: str) -> None:
    answer = httpx.get(f"{matcher_url}/v1/suggested-rules", params={"for": "nobody"})
    assert (answer.status_code, answer.json()["code"]) == (404, "subject_not_found")
    missing = httpx.get(f"{matcher_url}/v1/suggested-rules")
    assert missing.json()["errors"][0]["field"] == "query.for"


def test_command_tells_it_in_both_languages_and_as_json(matcher_url: str) -> None:
    shown = run("suggest-rules", "wanted", "--matcher-url", matcher_url)
    assert shown.exit_code == 0, shown.output
    assert "You turned down 3 projects" in shown.stdout and '"at_least"' in shown.stdout
    assert "谢绝3个项目方" in run("suggest-rules", "wanted", "--language", "zh", "--matcher-url", matcher_url).stdout
    told = run("suggest-rules", "wanted", "--json", "--matcher-url", matcher_url)
    assert json.loads(told.stdout)["items"][0]["support"] == 3
    assert "Nothing to suggest" in run("suggest-rules", "silent", "--matcher-url", matcher_url).stdout
    assert_failed(run("suggest-rules", "nobody", "--matcher-url", matcher_url), "subject_id")
