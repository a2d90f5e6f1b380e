"""What ends a command with words on standard error and exit code 1 instead of a traceback."""

from collections.abc import Mapping, Sequence
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from shared.contracts.problems import FieldProblem


class CommandProblem(Exception):
    """The command cannot go on; each line says what is wrong and how to mend it."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class CommandGroup(TyperGroup):
    """Commands whose CommandProblem is printed, one `Error:` a line."""

    def invoke(self, ctx: Any) -> Any:  # Any: click's context and whatever the command returns
        try:
            return super().invoke(ctx)
        except CommandProblem as problem:
            for line in problem.lines:
                typer.echo(f"Error: {line}", err=True)
            raise typer.Exit(1) from None
        except ModuleNotFoundError as error:
            package = (error.name or "").partition(".")[0]
            if package in ("", "services", "shared"):
                raise
            typer.echo(f"Error: this command needs {package!r}: pip install 'liaison[catalog,matcher]'.", err=True)
            raise typer.Exit(1) from None


def field_line(problem: FieldProblem) -> str:
    """`field: message. fix`."""
    sentence = f"{problem.field}: {problem.message.rstrip('.')}."
    return f"{sentence} {problem.fix}" if problem.fix else sentence


def setting_lines(error: ValidationError, prefix: str, given: Sequence[str]) -> list[str]:
    """What pydantic found in settings, by option where one was given and by environment variable elsewhere."""
    lines = []
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        field = ".".join(str(part) for part in found["loc"])
        if not field:  # said of several settings together
            lines.append(f"{message_of(found)}; their variables begin with {prefix}.")
            continue
        name = f"--{field.replace('_', '-')}" if field in given else f"{prefix}{field.upper()}"
        message = message_of(found)
        lines.append(f"{name}: {message}. Correct the value or leave it out.")
    return lines


def message_of(found: Mapping[str, Any]) -> str:  # Any: pydantic's error
    """Pydantic's words without its introduction."""
    return str(found["msg"]).removeprefix("Value error, ").rstrip(".")
