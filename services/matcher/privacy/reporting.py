"""Tells the catalog who reads its feed, and what was forgotten."""

from collections.abc import Mapping, Sequence

import httpx

from shared.contracts.erasures import ErasureConfirmation, FeedReader
from shared.kit.errors import Unavailable

_SECONDS = 5.0
_UNKNOWN = (httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED)
"""The catalog knows no such erasure, as after a restored backup; or it is of a release that asks for no reports."""


class CatalogUnreachable(Unavailable):
    """The catalog did not take a report; it is sent again."""

    code = "catalog_unreachable"


class CatalogReports:
    """Reports of one process over the client that reads the feed."""

    def __init__(self, http: httpx.Client, *, reader_id: str, matcher_id: str) -> None:
        self._http = http
        self._reader_id = reader_id
        self._matcher_id = matcher_id

    def be_known(self, *, is_leaving: bool = False) -> None:
        """Say that this process is there, or that its data directory goes with it. Raises CatalogUnreachable."""
        said = FeedReader(matcher_id=self._matcher_id, is_leaving=is_leaving)
        self._send("PUT", f"/v1/feed-readers/{self._reader_id}", said.model_dump_json())

    def confirm(self, erasure_id: str, profile_ids: Sequence[str], removed: Mapping[str, int]) -> None:
        """Say that nothing is left here. Raises CatalogUnreachable."""
        said = ErasureConfirmation(
            reader_id=self._reader_id,
            matcher_id=self._matcher_id,
            profile_ids=tuple(profile_ids),
            removed=dict(removed),
        )
        self._send("POST", f"/v1/erasures/{erasure_id}/confirmations", said.model_dump_json())

    def _send(self, method: str, path: str, body: str) -> None:
        headers = {"Content-Type": "application/json"}
        try:
            answer = self._http.request(method, path, content=body, headers=headers, timeout=_SECONDS)
            if answer.status_code not in _UNKNOWN:
                answer.raise_for_status()
        except httpx.HTTPError as error:
            raise CatalogUnreachable(f"{type(error).__name__} while reporting to the catalog") from error
