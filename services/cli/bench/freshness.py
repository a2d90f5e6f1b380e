"""How soon a revision is in the answers, and a withdrawn profile out of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import httpx

from services.catalog.profiles.rules import profile_id
from services.cli.bench.both_services import BothServices, both_running, write_profiles
from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.errors import BenchProblem
from services.cli.bench.prepared_store import subjects_of
from services.cli.bench.processes import answer_in_child
from services.cli.bench.raw_libraries import EncodedAlone, encode_alone
from services.cli.bench.report import BenchReport, Row, median, percentile
from services.cli.bench.sources import profiles_of
from services.matcher.evaluation.comparison import StageProgress, no_progress
from shared.contracts.profiles import Kind, Profile

_LONGEST_WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.002
_ENCODED_ALONE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshnessOptions:
    """What to measure."""

    profiles: int = 300
    data: Path | None = None
    encoder: EncoderChoice = EncoderChoice.BUNDLED
    revisions: int = 200
    withdrawals: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A profile under its next wording; the tag occurs in no other."""

    profile_id: str
    tag: str
    profile: Profile


def run(options: FreshnessOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Raises BenchProblem."""
    profiles = profiles_of(options.data, options.profiles)
    [subject, *_], target_kind = subjects_of(profiles)
    targets = [profile for profile in profiles if profile.kind is target_kind]
    if len(targets) < options.withdrawals:
        raise BenchProblem(f"{len(targets)} {target_kind} profiles are too few to withdraw {options.withdrawals}")
    with TemporaryDirectory(prefix="liaison-bench-") as name:
        folder = Path(name)
        write_profiles(profiles, folder / "profiles.jsonl")
        revisions = list(islice(_revisions(targets), options.revisions))
        with both_running(folder, options.encoder) as services:
            services.import_file(folder / "profiles.jsonl")
            services.wait_until_served(len(profiles))
            answers = Answers(services.matcher, subject, target_kind)
            etags: dict[str, str] = {}
            revised = []
            for done, revision in enumerate(revisions):
                progress("Revising", done, len(revisions))
                revised.append(_revise(services, answers, revision, etags))
            latest = {revision.profile_id: revision for revision in revisions}
            leaving = list(latest.values())[: options.withdrawals]
            withdrawn = [_withdraw(services, answers, revision, etags) for revision in leaving]
            are_gone = not any(answers.is_known(revision.profile_id) for revision in leaving)
        write_profiles([revision.profile for revision in revisions[:_ENCODED_ALONE]], folder / "revised.jsonl")
        alone: EncodedAlone = answer_in_child(
            encode_alone, folder / "revised.jsonl", options.encoder, 1, False, _ENCODED_ALONE
        )
    return _report(options, revised, withdrawn, alone.one_by_one_seconds, are_gone=are_gone)


class Answers:
    """Asks the matcher for the one profile that carries a tag."""

    def __init__(self, matcher: httpx.Client, subject: str, target_kind: Kind) -> None:
        self._matcher = matcher
        self._subject = subject
        self._target_kind = target_kind

    def tagged(self, tag: str) -> tuple[str, int] | None:
        """Title and revision of the profile in the answer; None while there is none."""
        request = {
            "subject_id": self._subject,
            "target_kinds": [self._target_kind],
            "filters": [{"op": "overlaps", "attribute": "keyword", "values": [tag]}],
            "floor": 0,
        }
        matches = self._matcher.post("/v1/matches", json=request).raise_for_status().json()["matches"]
        return (matches[0]["title"], matches[0]["revision"]) if matches else None

    def is_known(self, profile_id: str) -> bool:
        """Whether a profile may still ask."""
        request = {"subject_id": profile_id, "target_kinds": [self._target_kind]}
        return self._matcher.post("/v1/matches", json=request).status_code != 404


def _revisions(targets: Sequence[Profile]) -> Iterator[Revision]:
    """New wordings of the targets, one after another, round and round."""
    for number, profile in enumerate(cycle(targets)):
        tag = f"bench-{number}"
        changes = {"title": f"{profile.title[:450]} (wording {number})", "keywords": (*profile.keywords[:99], tag)}
        yield Revision(
            profile_id=profile_id(profile.source, profile.external_id),
            tag=tag,
            profile=profile.model_copy(update=changes),
        )


def _revise(services: BothServices, answers: Answers, revision: Revision, etags: dict[str, str]) -> float:
    """Seconds from sending the revision until it is in an answer."""
    body = revision.profile.model_dump(mode="json", exclude_none=True)
    sent = perf_counter()
    response = services.catalog.put(
        f"/v1/profiles/{revision.profile_id}",
        json=body,
        headers={"If-Match": etags.get(revision.profile_id, '"1"')},
    ).raise_for_status()
    etags[revision.profile_id] = response.headers["ETag"]
    expected = (revision.profile.title, response.json()["revision"])
    while answers.tagged(revision.tag) != expected:
        _wait(sent)
    return perf_counter() - sent


def _withdraw(services: BothServices, answers: Answers, revision: Revision, etags: dict[str, str]) -> float:
    """Seconds from sending the withdrawal until the profile is in no answer."""
    sent = perf_counter()
    services.catalog.delete(
        f"/v1/profiles/{revision.profile_id}", headers={"If-Match": etags[revision.profile_id]}
    ).raise_for_status()
    while answers.tagged(revision.tag) is not None:
        _wait(sent)
    return perf_counter() - sent


def _wait(since: float) -> None:
    if perf_counter() - since > _LONGEST_WAIT_SECONDS:
        raise BenchProblem(f"a change was not in the answers after {_LONGEST_WAIT_SECONDS:.0f} s")
    sleep(_POLL_SECONDS)


def _report(
    options: FreshnessOptions,
    revised: Sequence[float],
    withdrawn: Sequence[float],
    encoded_alone: Sequence[float],
    *,
    are_gone: bool,
) -> BenchReport:
    return BenchReport(
        benchmark="freshness",
        settings={
            "profiles": options.profiles,
            "encoder": options.encoder,
            "revisions": options.revisions,
            "withdrawals": options.withdrawals,
        },
        rows=[
            _row("revision sent until in an answer", revised),
            _row("withdrawal sent until in no answer", withdrawn),
            _row("raw encoder, one revised profile alone", encoded_alone),
        ],
        ratios={
            "revision p50 / raw encoder on one profile": median(revised) / median(encoded_alone),
            "revision p95 / 1 second": percentile(revised, 95),
        },
        checks={
            "p95 of the revisions is within 1 second": percentile(revised, 95) <= 1,
            "withdrawn profiles are gone": are_gone,
        },
    )


def _row(name: str, seconds: Sequence[float]) -> Row:
    return Row(
        name=name,
        figures={
            "p50_ms": 1000 * percentile(seconds, 50),
            "p95_ms": 1000 * percentile(seconds, 95),
            "max_ms": 1000 * max(seconds),
        },
    )
