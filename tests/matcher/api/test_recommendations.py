"""Recommendations and digests over HTTP: repeatable, explained, recorded, and silent on who is anonymous."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from itertools import count
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.matcher.recommendations.mail import mail_body
from shared.contracts.digests import Digest
from shared.contracts.match_runs import MatchRun
from shared.contracts.recommendations import RecommendationList, StoredRecommendation
from tests.factories import make_demand
from tests.matcher.feed_server import FeedServer

SECRETS = ("Concealed Binder", "Whispering Car Maker", "Hidden silicon anode cells")
_NUMBERS = count(1)


@contextmanager
def told(feed: FeedServer, **fields: Any) -> Iterator[str]:
    """A demand of its own, without a round; withdrawn in the end, so that other tests count as before."""
    name = f"recommended-to-{next(_NUMBERS)}"
    profile = make_demand(external_id=name, **fields)
    feed.wait_until_read_to(feed.tell(name, profile))
    yield name
    feed.wait_until_read_to(feed.tell(name, profile, 2, withdrawn=True))


@pytest.fixture
def reader(client: TestClient, feed: FeedServer) -> Iterator[str]:
    wanted = "Silicon anode cells lose their capacity; a stable electrolyte is wanted."
    with told(feed, title="Longer life for cells <b>now</b>", problem=wanted) as name:
        yield name


def ask(client: TestClient, reader: str, **params: Any) -> dict[str, Any]:
    answer = client.get("/v1/recommendations", params={"for": reader} | params)
    assert answer.status_code == 200, answer.text
    RecommendationList.model_validate_json(answer.content)
    found: dict[str, Any] = answer.json()
    return found


def make(client: TestClient, reader: str, **fields: Any) -> dict[str, Any]:
    answer = client.post("/v1/recommendation-rounds", json={"profile_id": reader} | fields)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_preview_then_round_then_the_same_bytes(client: TestClient, reader: str) -> None:
    preview = ask(client, reader)
    assert preview["round_id"] is preview["run_id"] is None
    assert [one["id"] for one in preview["items"]] == [None] * len(preview["items"]) != []
    body = {"profile_id": reader}
    first, second = (client.post("/v1/recommendation-rounds", json=body) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.content == second.content
    assert client.get("/v1/recommendations", params={"for": reader}).content == first.content
    matches = [[one["match"] | {"explanation": None} for one in found["items"]] for found in (preview, first.json())]
    assert matches[0] == matches[1]


def test_every_contact_has_its_reasons_for_this_reader_in_the_language_asked_for(
    client: TestClient, reader: str
) -> None:
    make(client, reader)
    for language in ("zh", "en"):
        for one in ask(client, reader, language=language)["items"]:
            explanation, words = one["match"]["explanation"], one["told"]
            assert words["language"] == language
            assert words["why_now"] == one["why_now_text"][language]
            assert words["for_you"] == [reason["text"][language] for reason in explanation["for_subject"]]
            assert words["for_them"] == [reason["text"][language] for reason in explanation["for_target"]]
    assert ask(client, reader)["items"][0]["told"]["language"] == "en"  # the profile's own


def test_a_round_narrows_to_the_kinds_and_the_number_asked_for(client: TestClient, feed: FeedServer) -> None:
    make(client, "electrolyte")
    everything = ask(client, "electrolyte")["items"]
    kinds = {one["match"]["kind"] for one in everything}
    assert len(kinds) > 1
    for kind in kinds:
        of_kind = ask(client, "electrolyte", to=kind)["items"]
        assert of_kind == [one for one in everything if one["match"]["kind"] == kind]
    assert ask(client, "electrolyte", limit=1)["items"] == everything[:1]


def test_a_round_is_a_run_and_each_contact_a_stored_explanation(client: TestClient, reader: str) -> None:
    made = make(client, reader, channel="digest")
    run = client.get(f"/v1/match-runs/{made['run_id']}")
    while run.status_code == 404:
        run = client.get(f"/v1/match-runs/{made['run_id']}")  # written ten times a second
    answer = MatchRun.model_validate_json(run.content).answer
    assert [one.model_dump(mode="json") for one in answer.matches] == [one["match"] for one in made["items"]]
    for one in made["items"]:
        answered = client.get(f"/v1/recommendations/{one['id']}", params={"language": "en"})
        kept = StoredRecommendation.model_validate_json(answered.content)
        assert kept.recommendation.model_dump(mode="json") == one
        assert (kept.profile_id, kept.run_id, kept.channel) == (reader, made["run_id"], "digest")


def test_switched_off_profiling_is_told_and_has_a_round_of_its_own(client: TestClient, reader: str) -> None:
    profiled = make(client, reader)
    assert profiled["personalised"] is True
    plain = ask(client, reader, personalised=False)
    assert plain["personalised"] is False and plain["round_id"] is None
    stated = make(client, reader, personalised=False)
    assert stated["round_id"] not in (None, profiled["round_id"])


@pytest.mark.parametrize("subject", ["electrolyte", "battery-demand", "fund", "plasma"])
def test_no_digest_and_no_list_names_who_stays_anonymous_or_hidden(client: TestClient, subject: str) -> None:
    for language in ("zh", "en"):
        params = {"for": subject, "language": language}
        texts = [client.get("/v1/recommendations", params=params).text]
        texts += [client.get("/v1/digests", params=params | {"format": form}).text for form in ("json", "html")]
        assert all(texts)
        assert [secret for secret in SECRETS for text in texts if secret in text] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_digest_is_json_or_a_mail_by_its_format_or_accept(client: TestClient, reader: str, language: str) -> None:
    params = {"for": reader, "language": language}
    answer = client.get("/v1/digests", params=params)
    digest = Digest.model_validate_json(answer.content)
    assert digest.items and digest.profile_id == reader
    said = [(set(one.for_you), set(one.for_them)) for one in digest.items]
    assert all(for_you and not for_you & for_them for for_you, for_them in said)  # nothing is said twice
    assert [one.title for one in digest.items] == [one["match"]["title"] for one in ask(client, reader)["items"]]
    by_format = client.get("/v1/digests", params=params | {"format": "html"})
    by_accept = client.get("/v1/digests", params=params, headers={"accept": "text/html"})
    assert by_format.headers["content-type"] == "text/html; charset=utf-8"
    assert by_format.content == by_accept.content == mail_body(digest).encode()


class _Mail(HTMLParser):
    """What a mail program would run, fetch or leave open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_mail_runs_nothing_fetches_nothing_and_escapes_every_text(client: TestClient, reader: str) -> None:
    page = client.get("/v1/digests", params={"for": reader, "format": "html"}).text
    assert "Longer life for cells &lt;b&gt;now&lt;/b&gt;" in page and "<b>" not in page
    mail = _Mail(page)
    assert mail.open == []
    assert set(mail.tags) <= {
        *("html", "head", "meta", "title", "style", "body", "table", "tr", "td"),
        *("div", "h1", "h2", "ul", "li", "span"),
    }
    assert mail.attributes & {"src", "href", "background", "onload", "srcset"} == set()
    assert "url(" not in page and "http" not in page


def test_an_empty_digest_says_so_and_what_helps(client: TestClient, feed: FeedServer) -> None:
    rules = [{"condition": {"op": "at_least", "attribute": "trl", "value": 9}}]
    with told(feed, title="Nobody will do", rules=rules) as name:
        for language, none in (("zh", "没有新的推荐"), ("en", "Nothing to recommend this week")):
            answer = client.get("/v1/digests", params={"for": name, "language": language})
            digest = Digest.model_validate_json(answer.content)
            assert digest.items == () and none in digest.introduction and len(digest.advice) >= 2
            assert digest.advice[0] in mail_body(digest)
        made = make(client, name)
    assert made["items"] == [] and made["run_id"] is None and made["round_id"]


@pytest.mark.parametrize("path", ["/v1/recommendations", "/v1/digests"])
@pytest.mark.parametrize(
    ("params", "status", "field"),
    [
        ({"for": "nobody"}, 404, "for"),
        ({"for": "withdrawn"}, 404, "for"),
        ({}, 422, "query.for"),
        ({"for": "electrolyte", "period": "yearly"}, 422, "query.period"),
        ({"for": "electrolyte", "language": "fr"}, 422, "query.language"),
    ],
)
def test_what_is_wrong_with_a_question_is_named(
    client: TestClient, path: str, params: dict[str, str], status: int, field: str
) -> None:
    answer = client.get(path, params=params)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["field"] == field


def test_a_round_for_nobody_is_refused_and_an_unknown_recommendation_is_not_found(client: TestClient) -> None:
    refused = client.post("/v1/recommendation-rounds", json={"profile_id": "nobody"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (404, "profile_id")
    missing = client.get("/v1/recommendations/rec_none")
    assert (missing.status_code, missing.json()["code"]) == (404, "recommendation_not_found")


def test_documented_rounds_are_understood(client: TestClient) -> None:
    body = client.get("/openapi.json").json()["paths"]["/v1/recommendation-rounds"]["post"]
    for example in body["requestBody"]["content"]["application/json"]["examples"].values():
        answer = client.post("/v1/recommendation-rounds", json=example["value"])
        assert answer.status_code == 404, json.dumps(answer.json())
