"""A change feed over real HTTP on the loopback, with its pages under the test's control."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from shared.contracts.changes import (
    ChangePage,
    FeedbackChange,
    FeedbackChangePage,
    IntroductionChange,
    IntroductionChangePage,
    ProfileChange,
)
from shared.contracts.feedback import FeedbackEvent
from shared.contracts.introductions import IntroductionState, Purpose
from shared.contracts.profiles import Profile
from shared.contracts.vocabularies import ProfileStatus

_NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
_LONGEST_WAIT_SECONDS = 30.0


class FeedServer:
    """Serves what `tell` was given, at any positions and revisions, also wrong ones."""

    def __init__(self) -> None:
        self.changes: list[ProfileChange] = []
        self.feedback: list[FeedbackChange] = []
        self.introductions: list[IntroductionChange] = []
        self.epoch: str | None = None
        """None like a catalog of an earlier release."""
        self.reports: list[tuple[str, Any]] = []
        """Path and body of every confirmation that was taken."""
        self.takes_reports = True
        """Without, each is answered 503."""
        self._asked_after = -1
        self._news = Condition()
        self._port = 0
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens; the same after a stop and a start."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def latest_seq(self) -> int:
        """The newest position told."""
        return max((change.feed_seq for change in self.changes), default=0)

    def start(self) -> None:
        """Listen."""
        server = _Server(("127.0.0.1", self._port), self)
        self._port = server.server_address[1]
        self._server = server
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Stop listening; what was told is kept."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def tell(
        self,
        profile_id: str,
        profile: Profile,
        revision: int = 1,
        *,
        withdrawn: bool = False,
        at: int | None = None,
        erasure_id: str | None = None,
    ) -> int:
        """Append a change; returns its position."""
        with self._news:
            change = ProfileChange(
                feed_seq=at or self.latest_seq + 1,
                profile_id=profile_id,
                revision=revision,
                status=ProfileStatus.WITHDRAWN if withdrawn or erasure_id else ProfileStatus.ACTIVE,
                changed_at=_NOW,
                profile=profile,
                erasure_id=erasure_id,
            )
            self.changes.append(change)
            self._news.notify_all()
            return change.feed_seq

    def tell_feedback(self, *events: FeedbackEvent) -> None:
        """Append events, at positions of their own."""
        with self._news:
            for event in events:
                self.feedback.append(FeedbackChange(feed_seq=len(self.feedback) + 1, event=event))
            self._news.notify_all()

    def tell_introduction(
        self,
        introduction_id: str,
        revision: int,
        pair: tuple[str, str],
        state: str,
        *,
        is_told: bool = True,
        rank: int | None = None,
    ) -> None:
        """Append a change of an introduction, at a position of its own."""
        with self._news:
            change = IntroductionChange(
                feed_seq=len(self.introductions) + 1,
                introduction_id=introduction_id,
                revision=revision,
                subject_id=pair[0],
                target_id=pair[1],
                purpose=Purpose.PILOT_TEST,
                run_id=None,
                rank=rank,
                state=IntroductionState(state),
                is_told=is_told,
                changed_at=_NOW + timedelta(days=revision - 1),
            )
            self.introductions.append(change)
            self._news.notify_all()

    def restart_with(self, profiles: Iterable[tuple[str, Profile]], *, epoch: str | None = None) -> None:
        """Another catalog's feed in place of this one, or this one's with another history."""
        with self._news:
            self.changes.clear()
            self.epoch = epoch
        for profile_id, profile in profiles:
            self.tell(profile_id, profile)

    def wait_until_read_to(self, feed_seq: int) -> None:
        """Wait until the reader asks anew for what follows a position: then it serves all up to it."""
        with self._news:
            self._asked_after = -1
            assert self._news.wait_for(lambda: self._asked_after == feed_seq, _LONGEST_WAIT_SECONDS), feed_seq

    def page(self, after: int, limit: int, wait_seconds: float) -> ChangePage:
        """One page, held back while it is empty."""
        with self._news:
            self._asked_after = after
            self._news.notify_all()
            self._news.wait_for(lambda: self.latest_seq != after, wait_seconds)
            items = tuple(change for change in self.changes if change.feed_seq > after)[:limit]
            next_after = items[-1].feed_seq if items else after
            return ChangePage(items=items, next_after=next_after, latest_seq=self.latest_seq, epoch=self.epoch)

    def feedback_page(self, after: int, limit: int, wait_seconds: float) -> FeedbackChangePage:
        """One page of events, held back while it is empty."""
        with self._news:
            self._news.wait_for(lambda: len(self.feedback) != after, wait_seconds)
            items = tuple(change for change in self.feedback if change.feed_seq > after)[:limit]
            next_after = items[-1].feed_seq if items else after
            return FeedbackChangePage(
                items=items, next_after=next_after, latest_seq=len(self.feedback), epoch=self.epoch
            )

    def introduction_page(self, after: int, limit: int, wait_seconds: float) -> IntroductionChangePage:
        """One page of changes of introductions, held back while it is empty."""
        with self._news:
            self._news.wait_for(lambda: len(self.introductions) != after, wait_seconds)
            items = tuple(change for change in self.introductions if change.feed_seq > after)[:limit]
            next_after = items[-1].feed_seq if items else after
            return IntroductionChangePage(
                items=items, next_after=next_after, latest_seq=len(self.introductions), epoch=self.epoch
            )


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], feed: FeedServer) -> None:
        self.feed = feed
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        """Take note of a reader."""
        self._take_report()

    def do_POST(self) -> None:
        """Take a confirmation."""
        self._take_report()

    def _take_report(self) -> None:
        assert isinstance(self.server, _Server)
        feed, body = self.server.feed, self.rfile.read(int(self.headers["Content-Length"]))
        if feed.takes_reports and self.command == "POST":
            feed.reports.append((self.path, json.loads(body)))
        self.send_response(204 if feed.takes_reports else 503)
        self.end_headers()

    def do_GET(self) -> None:
        """Answer /v1/changes."""
        assert isinstance(self.server, _Server)
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        feed = self.server.feed
        readers = {"feedback": feed.feedback_page, "introduction": feed.introduction_page}
        read = readers.get(query.get("entity", ""), feed.page)
        page = read(int(query["after"]), int(query["limit"]), float(query["wait_seconds"]))
        body = page.model_dump_json(exclude_none=True).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the method overridden
        """Write nothing."""
