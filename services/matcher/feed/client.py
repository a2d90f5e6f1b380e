"""Reads the catalog's change feed over HTTP."""

from typing import TypeVar

import httpx

from shared.contracts.api_keys import ApiKeyChangePage
from shared.contracts.changes import ChangePage, FeedbackChangePage, FeedEntity, IntroductionChangePage

_CONNECT_SECONDS = 2.0
Page = TypeVar("Page", ChangePage, FeedbackChangePage, IntroductionChangePage, ApiKeyChangePage)


class FeedUnreachableError(Exception):
    """The catalog did not answer, or not with a page of changes; reading on later is safe."""


class FeedClient:
    """A long-polling reader; every call has a time limit."""

    def __init__(
        self, http: httpx.Client, *, page_size: int, wait_seconds: float, timeout_seconds: float = 5.0
    ) -> None:
        """`http` has the catalog as its base URL; an answer may take `timeout_seconds` more than it is waited for."""
        self._http = http
        self._page_size = page_size
        self._wait_seconds = wait_seconds
        self._timeout_seconds = timeout_seconds

    def changes(self, after: int, *, wait: bool) -> ChangePage:
        """The changes after a position; with `wait`, held open until there are some. Raises FeedUnreachableError."""
        return self._page(ChangePage, FeedEntity.PROFILE, after, wait)

    def feedback(self, after: int, *, wait: bool) -> FeedbackChangePage:
        """The feedback events after a position, in the same way. Raises FeedUnreachableError."""
        return self._page(FeedbackChangePage, FeedEntity.FEEDBACK, after, wait)

    def introductions(self, after: int, *, wait: bool) -> IntroductionChangePage:
        """The changes of introductions after a position, in the same way. Raises FeedUnreachableError."""
        return self._page(IntroductionChangePage, FeedEntity.INTRODUCTION, after, wait)

    def api_keys(self, after: int, *, wait: bool) -> ApiKeyChangePage:
        """The keys that changed after a position, in the same way. Raises FeedUnreachableError."""
        return self._page(ApiKeyChangePage, FeedEntity.API_KEY, after, wait)

    def _page(self, page: type[Page], entity: FeedEntity, after: int, wait: bool) -> Page:
        wait_seconds = self._wait_seconds if wait else 0.0
        parameters: dict[str, str | float] = {"after": after, "limit": self._page_size, "wait_seconds": wait_seconds}
        if entity is not FeedEntity.PROFILE:
            parameters["entity"] = entity.value
        try:
            response = self._http.get("/v1/changes", params=parameters, timeout=self._timeout(wait_seconds))
            response.raise_for_status()
            # A catalog that is newer than this reader may tell more than it knows.
            return page.model_validate_json(response.content, extra="ignore")
        except (httpx.HTTPError, ValueError) as error:
            raise FeedUnreachableError(f"{type(error).__name__} while reading the change feed") from error

    def _timeout(self, wait_seconds: float) -> httpx.Timeout:
        return httpx.Timeout(self._timeout_seconds, connect=_CONNECT_SECONDS, read=wait_seconds + self._timeout_seconds)
