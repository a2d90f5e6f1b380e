"""Clients that take introductions through their steps over HTTP, again after each cut answer, and time every answer."""

import threading
from collections.abc import Sequence
from time import monotonic, sleep

import httpx

STEPS = ("accept", "introduce", "meet", "pilot", "close")
_PAUSE_SECONDS = 0.05
_ANSWER_SECONDS = 30.0


class Introducer(threading.Thread):
    """One client: asks for an introduction of each pair, then takes each of its steps with all of them."""

    def __init__(self, url: str, pairs: Sequence[tuple[str, str]]) -> None:
        super().__init__(name="introducer", daemon=True)
        self._http = httpx.Client(base_url=url, timeout=_ANSWER_SECONDS)
        self._pairs = list(pairs)
        self.seconds: list[float] = []
        """How long each acknowledged request took."""
        self.repeated = 0
        """Requests sent again because no answer came, or a 503."""
        self.unexpected: list[str] = []
        self.done: list[str] = []
        """Ids of introductions, each with all its steps."""

    def run(self) -> None:
        """Until all is done."""
        with self._http:
            ids = [self._ask(subject, target) for subject, target in self._pairs]
            for step in STEPS:
                for introduction_id in ids:
                    self._send(f"/v1/introductions/{introduction_id}:{step}", {}, {})
            self.done = ids

    def _ask(self, subject: str, target: str) -> str:
        body = {"subject_id": subject, "target_id": target, "purpose": "pilot_test"}
        answer = self._send("/v1/introductions", body, {"Idempotency-Key": f"{subject}/{target}"})
        return str(answer.json()["id"])

    def _send(self, path: str, body: dict[str, str], headers: dict[str, str]) -> httpx.Response:
        """The first answer that is one: keys and the state machine see to it that repeating does nothing twice."""
        while True:
            began = monotonic()
            try:
                answer = self._http.post(path, json=body, headers=headers)
            except httpx.TransportError:
                self.repeated += 1
                sleep(_PAUSE_SECONDS)
                continue
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                self.repeated += 1
                sleep(_PAUSE_SECONDS)
                continue
            if not answer.is_success:
                self.unexpected.append(f"{path}: {answer.status_code} {answer.text[:200]}")
            self.seconds.append(monotonic() - began)
            return answer


def introduce_all(url: str, pairs: Sequence[tuple[str, str]], clients: int) -> list[Introducer]:
    """Started, each with its share of the pairs."""
    introducers = [Introducer(url, pairs[number::clients]) for number in range(clients)]
    for one in introducers:
        one.start()
    return introducers
