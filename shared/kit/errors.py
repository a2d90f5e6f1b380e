"""The one tree of errors that a service raises; mapped once to problem+json."""

from collections.abc import Mapping

from shared.contracts.problems import FieldProblem


class ServiceError(Exception):
    """An error with a stable code, a status and words for people.

    ServiceError                    500 internal_error
    ├── BadRequest                  400 bad_request
    │   └── BadCursor               400 bad_cursor            (shared/kit/paging.py)
    ├── Unauthenticated             401 unauthenticated       (always with WWW-Authenticate)
    ├── Forbidden                   403 forbidden
    ├── NotFound                    404 not_found
    ├── Conflict                    409 conflict
    ├── Gone                        410 gone
    ├── PreconditionFailed          412 precondition_failed
    ├── PayloadTooLarge             413 payload_too_large
    ├── UnsupportedMediaType        415 unsupported_media_type
    ├── InvalidRequest              422 invalid_request
    ├── PreconditionRequired        428 precondition_required
    ├── TooManyRequests             429 too_many_requests      (always with Retry-After)
    └── Unavailable                 503 unavailable            (always with Retry-After)

    Services derive their own from these and name the code: `class ProfileWithdrawn(Gone): code = "profile_withdrawn"`.
    """

    code: str = "internal_error"
    status: int = 500

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        errors: tuple[FieldProblem, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.headers: dict[str, str] = dict(headers or {})
        if code is not None:
            self.code = code


class BadRequest(ServiceError):
    """What was sent cannot be read."""

    code, status = "bad_request", 400


class Unauthenticated(ServiceError):
    """Nobody knows who calls; the words do not tell why, since that would help a guesser."""

    code, status = "unauthenticated", 401

    def __init__(self) -> None:
        super().__init__(
            "Send a valid API key or access token as `Authorization: Bearer ...`.",
            headers={"WWW-Authenticate": 'Bearer realm="liaison"'},
        )


class Forbidden(ServiceError):
    """The caller is known, and may not do this."""

    code, status = "forbidden", 403


class NotFound(ServiceError):
    """There is nothing under this name, or the caller may not know that there is."""

    code, status = "not_found", 404


class Conflict(ServiceError):
    """What is asked contradicts what is stored."""

    code, status = "conflict", 409


class Gone(ServiceError):
    """It was here and has been taken back."""

    code, status = "gone", 410


class PreconditionFailed(ServiceError):
    """The caller's copy is not the current one."""

    code, status = "precondition_failed", 412


class PayloadTooLarge(ServiceError):
    """The body is larger than this route takes."""

    code, status = "payload_too_large", 413


class UnsupportedMediaType(ServiceError):
    """The body's format is not one of those taken here."""

    code, status = "unsupported_media_type", 415


class InvalidRequest(ServiceError):
    """The body can be read, but fields in it are at fault; `errors` names them."""

    code, status = "invalid_request", 422


class PreconditionRequired(ServiceError):
    """The caller must say which version it means to change."""

    code, status = "precondition_required", 428


class TooManyRequests(ServiceError):
    """The caller has done this too often; `headers` say when it may again."""

    code, status = "too_many_requests", 429


class Unavailable(ServiceError):
    """Not now; asking again after `retry_after_seconds` may succeed."""

    code, status = "unavailable", 503

    def __init__(self, detail: str, *, code: str | None = None, retry_after_seconds: int = 1) -> None:
        super().__init__(detail, code=code, headers={"Retry-After": str(retry_after_seconds)})
