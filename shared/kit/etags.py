"""Revisions as entity tags: written, and compared with If-Match and If-None-Match."""

from shared.kit.errors import PreconditionFailed, PreconditionRequired


def revision_etag(revision: int) -> str:
    """The strong entity tag of a revision."""
    return f'"{revision}"'


def require_match(if_match: str | None, revision: int) -> None:
    """Raise PreconditionRequired without an If-Match, PreconditionFailed where it names another revision."""
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the ETag of the revision you mean to change.")
    if not _names(if_match, revision_etag(revision)):
        raise PreconditionFailed(
            f"If-Match does not name the current revision, which is {revision}; read it again and repeat the change.",
            headers={"ETag": revision_etag(revision)},
        )


def is_fresh(if_none_match: str | None, revision: int) -> bool:
    """Whether the caller's copy is the current one (weak comparison, RFC 9110 13.1.2)."""
    return if_none_match is not None and _names(if_none_match.replace("W/", ""), revision_etag(revision))


def _names(header: str, etag: str) -> bool:
    tags = [tag.strip() for tag in header.split(",")]
    return "*" in tags or etag in tags
