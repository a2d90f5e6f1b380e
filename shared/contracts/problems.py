"""The one shape of every error: problem+json (RFC 9457) with a stable code and the fields at fault."""

from pydantic import BaseModel, ConfigDict


class FieldProblem(BaseModel):
    """One field at fault and how to mend it."""

    field: str
    """Path of the field, such as `needs.3.text` or `query.limit`."""
    message: str
    fix: str | None = None


class Problem(BaseModel):
    """A problem document; `code` is stable and safe to switch on, `detail` is for people."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    instance: str | None = None
    errors: tuple[FieldProblem, ...] = ()
