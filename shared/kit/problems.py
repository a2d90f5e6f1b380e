"""How every error becomes a problem+json document (RFC 9457), whatever text the request held."""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.contracts.problems import FieldProblem, Problem
from shared.kit.errors import InvalidRequest, ServiceError

PROBLEM_MEDIA_TYPE = "application/problem+json"
MAX_LISTED_ERRORS = 100
MAX_TEXT_LENGTH = 300

_CODES = {400: "malformed_body", 404: "route_not_found", 405: "method_not_allowed", 413: "payload_too_large"}
_FIXES = {
    "missing": "Add this field.",
    "extra_forbidden": "Remove this field or correct its name.",
    "json_invalid": "Send well-formed JSON in UTF-8.",
    "union_tag_invalid": "Use one of the values the API documentation lists for it.",
    "union_tag_not_found": "Add this field; the API documentation lists its values.",
    "enum": "Use one of the listed values.",
    "literal_error": "Use one of the listed values.",
    "finite_number": "Send a finite number; NaN and Infinity are refused.",
    "too_long": "Shorten the list.",
    "too_short": "Add at least the number of items asked for.",
    "string_too_long": "Shorten the text.",
    "string_too_short": "Give a text that is not empty.",
    "string_unicode": "Send text that is valid Unicode, without lone surrogates.",
    "string_type": "Send a text in quotes.",
    "string_pattern_mismatch": "Write it in the form the pattern shows.",
    "tuple_type": "Send a list.",
    "list_type": "Send a list.",
    "dict_type": "Send an object.",
    "greater_than_equal": "Raise the value to the bound or above.",
    "less_than_equal": "Lower the value to the bound or below.",
    "greater_than": "Raise the value above the bound.",
    "less_than": "Lower the value below the bound.",
}
_BODY_FIX = "Send a JSON object with the header Content-Type: application/json."
# Pydantic's words for these repeat what was sent.
_MESSAGES = {"union_tag_invalid": "Unknown value"}


class ProblemResponse(JSONResponse):
    """A problem document."""

    media_type = PROBLEM_MEDIA_TYPE


def printable(text: str, max_length: int = MAX_TEXT_LENGTH) -> str:
    """The text without anything that cannot be encoded or shown, cut to a length."""
    cut = text[:max_length]
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in cut)


def field_path(location: Sequence[int | str], union_tags: Collection[str] = ()) -> str:
    """`("body", "needs", 3, "text")` as `needs.3.text`; other parts of the request keep their name in front.

    `union_tags` are the names that pydantic adds to tell the members of a union apart; no field has such a name.
    """
    parts = [str(part) for part in location if part not in union_tags]
    if len(parts) > 1 and parts[0] == "body":
        parts = parts[1:]
    return printable(".".join(parts), 200)


def field_problem(error: Mapping[str, Any], union_tags: Collection[str] = ()) -> FieldProblem:
    """One of pydantic's error dictionaries as a field problem; the input is never repeated."""
    location, kind = tuple(error["loc"]), str(error["type"])
    message = (_MESSAGES.get(kind) or str(error["msg"]).removeprefix("Value error, ")).rstrip(".")
    fix = _FIXES.get(kind, "Correct the value as the message says.")
    if kind.startswith("union_tag"):
        location = (*location, str(error["ctx"]["discriminator"]).strip("'"))
    elif location == ("body",) and kind != "value_error":
        fix = _BODY_FIX
    return FieldProblem(field=field_path(location, union_tags), message=printable(message), fix=fix)


def field_problems(errors: Sequence[Mapping[str, Any]], union_tags: Collection[str] = ()) -> tuple[FieldProblem, ...]:
    """The first of pydantic's `errors()` as field problems."""
    return tuple(field_problem(error, union_tags) for error in errors[:MAX_LISTED_ERRORS])


def problem_response(request: Request, error: ServiceError) -> ProblemResponse:
    """The answer for an error of ours."""
    problem = Problem(
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        code=error.code,
        detail=printable(error.detail, 1_000),
        instance=printable(request.url.path),
        errors=error.errors,
    )
    content = problem.model_dump(mode="json", exclude_none=True)
    return ProblemResponse(content, status_code=error.status, headers=error.headers)


def invalid_request(errors: Sequence[Mapping[str, Any]], union_tags: Collection[str] = ()) -> InvalidRequest:
    """An error that lists what pydantic found."""
    listed = field_problems(errors, union_tags)
    first = listed[0] if listed else FieldProblem(field="body", message="invalid", fix=_BODY_FIX)
    more = f" ({len(errors) - 1} more in errors)" if len(errors) > 1 else ""
    return InvalidRequest(f"{first.field}: {first.message}. {first.fix}{more}", errors=listed)


async def _answer_service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return problem_response(request, error)


async def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code < 400:
        return Response(status_code=error.status_code, headers=error.headers)
    answer = ServiceError(str(error.detail), code=_CODES.get(error.status_code, "http_error"), headers=error.headers)
    answer.status = error.status_code
    return problem_response(request, answer)


def install_problem_handlers(app: FastAPI, union_tags: Collection[str] = ()) -> None:
    """Map every error of the application to problem+json; `union_tags` as for `field_path`.

    What is no error of ours goes on to `RequestTelemetry`, which answers and logs it.
    """

    async def _answer_validation_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_response(request, invalid_request(error.errors(), union_tags))

    app.add_exception_handler(ServiceError, _answer_service_error)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
