"""The demo from beginning to end: load, wait, ask, measure."""

from collections.abc import Iterator, Sequence
from time import monotonic, sleep
from typing import Protocol

from services.catalog.profiles.rules import profile_id
from services.cli.clients import ServiceClient, ServiceRefusal
from services.cli.demo import display
from services.cli.demo.introducing import introduce_best
from services.cli.demo.quality import QualityTable
from services.cli.demo.running import DemoServices
from services.cli.demo.viewpoints import Posted, Viewpoint
from services.cli.evaluation_display import StageBars
from services.cli.problems import CommandProblem
from services.matcher.evaluation.comparison import StageProgress
from shared.contracts.imports import ImportReport
from shared.contracts.matches import MatchResponse
from shared.contracts.profiles import Profile

_POLL_SECONDS = 0.05
LONGEST_SILENCE_SECONDS = 300
"""How long the matcher may read nothing new before the demo gives up."""


class Story(Protocol):
    """What a demo loads, asks and measures."""

    def load(self, catalog: ServiceClient, tell: StageProgress) -> Iterator[ImportReport]:
        """Import everything through the API."""
        ...

    def viewpoints(self) -> Sequence[Viewpoint]:
        """The questions, in the order in which they are told."""
        ...

    def quality(self, matcher: ServiceClient) -> QualityTable:
        """How well the judged subjects find their counterparts."""
        ...


def tell(story: Story, services: DemoServices, catalog: ServiceClient, matcher: ServiceClient) -> None:
    """Tell it; raises CommandProblem."""
    display.say_where(services.catalog.url, services.matcher.url)
    began = monotonic()
    services.catalog.wait_until_ready()
    with StageBars() as bars:
        reports = list(story.load(catalog, bars))
        bars("start the matcher", 0, 1)
        services.matcher.wait_until_ready()
        bars("start the matcher", 1, 1)
        _wait_until_read(services, catalog, matcher, bars)
    display.say_what_was_loaded(reports, matcher.get("/v1/status"), monotonic() - began)
    for viewpoint in story.viewpoints():
        _ask(viewpoint, catalog, matcher)
    display.show_quality(story.quality(matcher))


def _wait_until_read(
    services: DemoServices, catalog: ServiceClient, matcher: ServiceClient, tell: StageProgress
) -> None:
    """Return once the matcher has read the feed to its end as it is now."""
    read, began = -1, monotonic()
    last_progress = began
    newest = catalog.get("/v1/changes", after=0, limit=1)["latest_seq"]
    while read < newest:
        services.matcher.check()
        status = matcher.get("/v1/status")
        if status["feed_seq"] != read:
            is_first = read <= 0 < status["feed_seq"] < newest
            read, last_progress = status["feed_seq"], monotonic()
            if is_first:
                display.say_how_long_embedding_takes(read, newest, last_progress - began)
            tell("embed and index", read, newest)
        elif monotonic() - last_progress > LONGEST_SILENCE_SECONDS:
            raise CommandProblem(f"The matcher stands at change {read} of {newest}. Look into its log.")
        sleep(_POLL_SECONDS)


def _ask(viewpoint: Viewpoint, catalog: ServiceClient, matcher: ServiceClient) -> None:
    subject = viewpoint.subject
    display.show_viewpoint(viewpoint)
    if isinstance(subject, Posted):
        stored_id, seconds = _post(subject.profile, catalog, matcher)
        display.say_posted(stored_id, seconds)
        asked_by = {"subject_id": stored_id}
    else:
        asked_by = subject.as_request()
    for question in viewpoint.questions:
        began = monotonic()
        document = matcher.post("/v1/matches", asked_by | question.as_request())
        answer = MatchResponse.model_validate(document)
        display.show_answer(question, answer, monotonic() - began)
        if isinstance(subject, Posted) and subject.profile.contact is not None and answer.matches:
            request = asked_by | question.as_request()
            introduce_best(asked_by["subject_id"], request, answer, catalog, matcher)


def _post(profile: Profile, catalog: ServiceClient, matcher: ServiceClient) -> tuple[str, float]:
    """Register a profile; its id, and the seconds until the matcher knew it."""
    try:
        catalog.post("/v1/profiles", profile.model_dump(mode="json", exclude_none=True))
    except ServiceRefusal as refused:
        if refused.code != "profile_exists":  # kept from an earlier run
            raise
    stored_id = profile_id(profile.source, profile.external_id)
    began = monotonic()
    while True:
        try:
            matcher.post("/v1/matches", {"subject_id": stored_id, "target_kinds": [profile.kind], "limit": 1})
        except ServiceRefusal as refused:
            if refused.code != "subject_not_found" or monotonic() - began > LONGEST_SILENCE_SECONDS:
                raise
            sleep(_POLL_SECONDS)
        else:
            return stored_id, monotonic() - began
