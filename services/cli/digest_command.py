"""`liaison digest`: makes the round of the day or week for one or all profiles, and writes it as JSON and as a mail."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.cli.clients import (
    CATALOG_URL,
    MATCHER_URL,
    CatalogUrl,
    MatcherUrl,
    Service,
    ServiceClient,
    ServiceRefusal,
    connected,
)
from services.cli.digest_sending import send
from services.cli.problems import CommandProblem
from services.cli.recommend_command import Every, Unprofiled, Words
from shared.contracts.digests import Digest
from shared.contracts.profiles import Kind
from shared.contracts.recommendations import Channel, Period
from shared.contracts.vocabularies import Language

_PAGE = 200


class Outcome(StrEnum):
    """What became of one profile's digest."""

    WRITTEN = "written"
    EMPTY = "empty"
    SKIPPED = "skipped"
    """The matcher does not know the profile yet."""


def digest_command(
    out: Annotated[Path, typer.Option(help="The folder to write to: a JSON and an HTML file a profile.")],
    profiles: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROFILE]...", help="Ids of profiles; all that there are if left out."),
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Only profiles of this organisation.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only profiles of this kind.")] = None,
    period: Every = Period.WEEKLY,
    language: Words = None,
    not_personalised: Unprofiled = False,
    preview: Annotated[bool, typer.Option("--preview", help="Record no round: the same may come again.")] = False,
    sends: Annotated[bool, typer.Option("--send", help="Pass them on to the webhooks that listen, each once.")] = False,
    catalog_url: CatalogUrl = CATALOG_URL,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Write the digests of this day or week. Running it again in the same period writes the same ones."""
    if preview and sends:
        raise CommandProblem("--send: a preview is not recorded, and nothing is sent that cannot be explained later.")
    writer = _Writer(_folder(out), period, language, is_personalised=not not_personalised, records=not preview)
    outcomes: Counter[Outcome] = Counter()
    deliveries = 0
    with ExitStack() as opened:
        matcher = opened.enter_context(connected(Service.MATCHER, matcher_url))
        catalog = opened.enter_context(connected(Service.CATALOG, catalog_url))
        for reader in _counted(profiles or _owned(catalog, owner, kind)):
            outcome, digest, page = writer.write(matcher, reader)
            outcomes[outcome] += 1
            if sends and digest is not None and digest.items:
                deliveries += send(catalog, digest, page)
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    typer.echo(f"Digests in {out}: {told}{f'; deliveries queued: {deliveries}' if sends else ''}")


class _Writer:
    """Makes and writes digests one by one."""

    def __init__(
        self, out: Path, period: Period, language: Language | None, *, is_personalised: bool, records: bool
    ) -> None:
        self._out = out
        self._records = records
        self._round = {"period": period.value, "personalised": is_personalised, "channel": Channel.DIGEST.value}
        self._digest: dict[str, str | int | float] = {"period": period.value, "personalised": is_personalised}
        if language is not None:
            self._digest["language"] = language.value

    def write(self, matcher: ServiceClient, profile_id: str) -> tuple[Outcome, Digest | None, str]:
        """Record the round and write both files; what they hold. Raises CommandProblem."""
        params = self._digest | {"for": profile_id}
        try:
            if self._records:
                matcher.post("/v1/recommendation-rounds", self._round | {"profile_id": profile_id})
            digest = Digest.model_validate(matcher.get("/v1/digests", **params))
            with matcher.stream("GET", "/v1/digests", params=params | {"format": "html"}) as response:
                page = response.read()
        except ServiceRefusal as refusal:
            if refusal.code == "subject_not_found":
                return Outcome.SKIPPED, None, ""
            raise
        name = f"{digest.period_key}_{digest.profile_id}_{digest.language.value}"
        _write(self._out / f"{name}.json", digest.model_dump_json(indent=2).encode())
        _write(self._out / f"{name}.html", page)
        return Outcome.WRITTEN if digest.items else Outcome.EMPTY, digest, page.decode()


def _counted(readers: Sequence[str]) -> Iterator[str]:
    """One after another, with a bar on standard error."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        yield from bar.track(readers, description="Digests")


def _owned(catalog: ServiceClient, owner: str | None, kind: Kind | None) -> list[str]:
    """Ids of the active profiles, of one owner and kind where these are given."""
    asked: dict[str, str | int | float] = {"status": "active", "limit": _PAGE}
    if kind is not None:
        asked["kind"] = kind.value
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = catalog.get("/v1/profiles", **asked | cursor)
        found += [item["id"] for item in page["items"] if owner is None or item["profile"].get("owner") == owner]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    if not found:
        of = "" if owner is None else f" of {owner}"
        raise CommandProblem(f"The catalog shows no active profile{of}. Check --owner, --kind and the key's role.")
    return found


def _folder(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandProblem(f"--out: {out} cannot be made ({error.strerror}). Name another folder.") from None
    return out


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandProblem(f"--out: {path} cannot be written ({error.strerror}). Name another folder.") from None
