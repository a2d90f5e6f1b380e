"""The API key that every command bears: `--key` before the command, or LIAISON_API_KEY."""

from contextvars import ContextVar
from typing import Annotated

import typer

_key: ContextVar[str | None] = ContextVar("api_key", default=None)

Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        envvar="LIAISON_API_KEY",
        show_envvar=True,
        help="API key, where the services ask who calls. Other users of this machine see options: prefer the variable.",
    ),
]


def bear_key(key: Key = None) -> None:
    """Matches startups with the resources they need."""
    _key.set(key)


def key_header() -> dict[str, str]:
    """What a client sends with every request."""
    key = _key.get()
    return {} if not key else {"Authorization": f"Bearer {key.strip()}"}
