"""Clients that write profiles over HTTP and keep account of every acknowledgement."""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import sleep
from typing import Any

import httpx

from services.catalog.profiles.rules import profile_id

SOURCE = "soak"
_PAUSE_SECONDS = 0.05
_ANSWER_SECONDS = 30.0
_SECTORS = ("energy", "health", "space", "mobility", "materials")


@dataclass(frozen=True, slots=True)
class Written:
    """One revision as it was sent: the title occurs in no other one."""

    title: str
    is_withdrawal: bool = False


@dataclass(slots=True)
class Account:
    """What one writer knows of its profiles; only that writer changes it, and it is read when all have ended."""

    acknowledged: dict[tuple[str, int], Written] = field(default_factory=dict)
    attempted: set[str] = field(default_factory=set)
    """Titles of everything ever sent, acknowledged or not."""
    unanswered: int = 0
    """Writes whose answer never came: they may be kept or not."""
    refused: int = 0
    """Writes answered by a 503: kept only where the database was lost while it committed."""
    unexpected: list[str] = field(default_factory=list)


class CatalogWriter:
    """One client with profiles of its own: registers, revises, withdraws and brings back, as fast as it is answered."""

    def __init__(
        self, number: int, url: str, *, profiles: int, seed: int, texts: Sequence[str] = (), pause_seconds: float = 0
    ) -> None:
        """`texts` are what the profiles say beside their title; `pause_seconds` comes after each write."""
        self._number = number
        self._texts = texts
        self._pause_seconds = pause_seconds
        self._http = httpx.Client(base_url=url, timeout=_ANSWER_SECONDS)
        self._draw = random.Random(f"{seed}/{number}")  # noqa: S311 - a schedule, no secret
        self._profiles = profiles
        self._sent = 0
        self._known: dict[int, tuple[int, bool]] = {}
        """Revision and whether it is withdrawn, of the profiles whose state is known for sure."""
        self.account = Account()

    def write_until(self, is_over: Callable[[], bool]) -> None:
        """Write one after another."""
        try:
            while not is_over():
                self.write_once()
                sleep(self._pause_seconds)
        finally:
            self._http.close()

    def write_once(self) -> None:
        """One write; where its outcome is unknown, the profile's state is read before it is written again."""
        number = self._draw.randrange(self._profiles)
        try:
            if number not in self._known:
                self._learn(number)
            self._write(number)
        except httpx.TransportError:
            self.account.unanswered += 1
            self._known.pop(number, None)
            sleep(_PAUSE_SECONDS)

    def _learn(self, number: int) -> None:
        response = self._http.get(f"/v1/profiles/{self._id(number)}")
        if response.status_code == httpx.codes.OK:
            self._known[number] = (response.json()["revision"], False)
        elif response.status_code == httpx.codes.GONE:
            self._known[number] = (self._last_acknowledged(number), True)
        elif response.status_code == httpx.codes.NOT_FOUND:
            self._known[number] = (0, True)
        else:
            self._refused(response)

    def _write(self, number: int) -> None:
        known = self._known.get(number)
        if known is None:
            return
        revision, is_withdrawn = known
        self._sent += 1
        title = f"Soak {self._number}.{number}.{self._sent}"
        path, headers = f"/v1/profiles/{self._id(number)}", {"If-Match": f'"{revision}"'}
        is_withdrawal = not is_withdrawn and self._draw.random() < 0.05
        self.account.attempted.add(title)
        if is_withdrawal:
            response = self._http.delete(path, headers=headers)
        elif is_withdrawn:
            response = self._http.post("/v1/profiles", json=self._body(number, title))
        else:
            response = self._http.put(path, json=self._body(number, title), headers=headers)
        if not response.is_success:
            self._known.pop(number)
            self._refused(response)
            return
        written = revision + 1 if is_withdrawal else response.json()["revision"]
        self.account.acknowledged[self._id(number), written] = Written(title, is_withdrawal)
        self._known[number] = (written, is_withdrawal)

    def _refused(self, response: httpx.Response) -> None:
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            self.account.refused += 1
            sleep(_PAUSE_SECONDS)
        else:
            self.account.unexpected.append(f"{response.request.method}: {response.status_code} {response.text[:200]}")

    def _last_acknowledged(self, number: int) -> int:
        return max((revision for key, revision in self.account.acknowledged if key == self._id(number)), default=0)

    def _id(self, number: int) -> str:
        return profile_id(SOURCE, f"{self._number}-{number}")

    def _body(self, number: int, title: str) -> dict[str, Any]:  # Any: JSON
        sectors = self._draw.sample(_SECTORS, 2)
        return {
            "kind": "project",
            "source": SOURCE,
            "external_id": f"{self._number}-{number}",
            "title": title,
            "summary": f"{title}, about {' and '.join(sectors)}.",
            "description": self._draw.choice(self._texts) if self._texts else None,
            "sectors": sectors,
            "contact": {"name": title},
        }


def start_writers(writers: list[CatalogWriter], is_over: Callable[[], bool]) -> list[threading.Thread]:
    """Each in a thread of its own."""
    threads = [
        threading.Thread(target=writer.write_until, args=(is_over,), name=f"writer-{number}", daemon=True)
        for number, writer in enumerate(writers)
    ]
    for thread in threads:
        thread.start()
    return threads
