"""One question to a service, and its answer as JSON or as people read it."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from rich.console import RenderableType

from services.cli.clients import Service, ServiceClient, connected
from services.cli.match_display import terminal_or_wide

Document = dict[str, Any]  # Any: JSON
Answer = TypeVar("Answer", Document, list[Document])


def answered(
    url: str,
    as_json: bool,
    ask: Callable[[ServiceClient], Document],
    shown: Callable[[Document], RenderableType],
    *,
    service: Service = Service.MATCHER,
) -> None:
    """Ask the service at `url`, and tell what it answers. Raises CommandProblem."""
    with connected(service, url) as client:
        answer = ask(client)
    tell(answer, as_json, shown)


def tell(answer: Answer, as_json: bool, shown: Callable[[Answer], RenderableType]) -> None:
    """Print an answer as JSON, or as `shown` renders it."""
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        terminal_or_wide().print(shown(answer))
