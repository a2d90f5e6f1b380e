"""HTTP clients of both services; what goes wrong is a CommandProblem that says what to do."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any

import httpx
import typer
from pydantic import ValidationError

from services.cli.caller_key import key_header
from services.cli.problems import CommandProblem, field_line
from shared.contracts.problems import Problem

CATALOG_URL = "http://127.0.0.1:8001"
MATCHER_URL = "http://127.0.0.1:8002"
CONNECT_SECONDS = 5
ANSWER_SECONDS = 60

CatalogUrl = Annotated[str, typer.Option(envvar="LIAISON_CATALOG_URL", help="Where the catalog listens.")]
MatcherUrl = Annotated[str, typer.Option(envvar="LIAISON_MATCHER_URL", help="Where the matcher listens.")]


class Service(StrEnum):
    """The two services."""

    CATALOG = "catalog"
    MATCHER = "matcher"


class ServiceRefusal(CommandProblem):
    """The service answered with an error; `code` is the stable one of its problem document."""

    def __init__(self, code: str, *lines: str) -> None:
        super().__init__(*lines)
        self.code = code


class ServiceClient:
    """One service by its address; methods raise CommandProblem, and ServiceRefusal for an error that it answered."""

    def __init__(self, service: Service, url: str, http: httpx.Client) -> None:
        self._service = service
        self._http = http
        self.url = url

    def get(self, path: str, **params: str | int | float | Sequence[str]) -> dict[str, Any]:  # Any: JSON
        """The JSON document at a path."""
        with self._translated():
            return self._document(self._http.get(path, params=params))

    def post(
        self, path: str, document: dict[str, Any], headers: dict[str, str] | None = None
    ) -> dict[str, Any]:  # Any: JSON
        """The answer to a JSON document."""
        with self._translated():
            return self._document(self._http.post(path, json=document, headers=headers))

    def send(self, method: str, path: str, **request: Any) -> dict[str, Any]:  # Any: httpx's arguments, JSON
        """The answer to any request; there is no limit on how long it takes."""
        with self.stream(method, path, **request) as response:
            response.read()
            return self._document(response)

    @contextmanager
    def stream(self, method: str, path: str, **request: Any) -> Iterator[httpx.Response]:  # Any: httpx's arguments
        """An answer that is read as it comes; there is no limit on how long it takes."""
        patient = httpx.Timeout(None, connect=CONNECT_SECONDS)
        with self._translated(), self._http.stream(method, path, timeout=patient, **request) as response:
            if response.is_error:
                response.read()
            self._check(response)
            yield response

    def _document(self, response: httpx.Response) -> dict[str, Any]:
        self._check(response)
        try:
            document = response.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise CommandProblem(f"{self.url} answers, but not like a {self._service}. Check the address.")
        return document

    def _check(self, response: httpx.Response) -> None:
        if not response.is_success:
            raise refusal(response.content, f"{self.url} answered {response.status_code}")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            option = f"--{self._service}-url"
            raise CommandProblem(f"{option}: {self.url!r} is no address. Write http://host:port") from None
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise CommandProblem(
                f"The {self._service} at {self.url} is not reachable. Start it with `liaison serve {self._service}` "
                f"(or both with `liaison serve all`), or say where it is with --{self._service}-url."
            ) from None
        except httpx.TimeoutException:
            raise CommandProblem(f"The {self._service} at {self.url} took too long to answer. Try again.") from None
        except httpx.TransportError:
            raise CommandProblem(
                f"The {self._service} at {self.url} broke off its answer. Look into its log and try again."
            ) from None


@contextmanager
def connected(service: Service, url: str, answer_seconds: float = ANSWER_SECONDS) -> Iterator[ServiceClient]:
    """A client, closed with the block."""
    try:
        headers = key_header()
        http = httpx.Client(
            base_url=url, headers=headers, timeout=httpx.Timeout(answer_seconds, connect=CONNECT_SECONDS)
        )
    except httpx.InvalidURL:
        raise CommandProblem(f"--{service}-url: {url!r} is no address. Write http://host:port") from None
    with http:
        yield ServiceClient(service, url, http)


def refusal(body: bytes | str, otherwise: str) -> ServiceRefusal:
    """A problem document's fields at fault, one a line, or its detail; `otherwise` where it is none."""
    try:
        problem = Problem.model_validate_json(body)
    except ValidationError:
        return ServiceRefusal("http_error", f"{otherwise}. Check the address.")
    if problem.status == httpx.codes.UNAUTHORIZED:
        return ServiceRefusal(problem.code, f"{problem.detail} Set LIAISON_API_KEY, or give --key before the command.")
    return ServiceRefusal(problem.code, *([field_line(error) for error in problem.errors] or [problem.detail]))
