"""`liaison demo`: start, load, ask, measure, and stay up until Ctrl-C."""

import contextlib
from pathlib import Path
from typing import Annotated

import typer

_PORT_DEFAULT = "the usual one, or a free one if taken"


def demo_command(
    once: Annotated[bool, typer.Option("--once", help="End after the last answer instead of staying up.")] = False,
    data: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Judged sets to load instead of the bundled corpus."),
    ] = None,
    directory: Annotated[Path, typer.Option(file_okay=False, help="Where the demo's databases are.")] = Path(
        "var/demo"
    ),
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first rows of each file of --data.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Go on with the databases of the run before.")] = False,
    port_catalog: Annotated[
        int | None,
        typer.Option("--catalog-port", "--port-catalog", min=0, max=65_535, show_default=_PORT_DEFAULT),
    ] = None,
    port_matcher: Annotated[
        int | None,
        typer.Option("--matcher-port", "--port-matcher", min=0, max=65_535, show_default=_PORT_DEFAULT),
    ] = None,
) -> None:
    """Start both services, load real profiles, ask for matches as each group of users would."""
    from services.cli.child_services import interrupted_by_signals, wait_while_running  # noqa: PLC0415 - fast --help
    from services.cli.clients import Service, connected  # noqa: PLC0415
    from services.cli.demo import display  # noqa: PLC0415
    from services.cli.demo.bundled import BundledCorpus  # noqa: PLC0415
    from services.cli.demo.judged_folders import JudgedFolders  # noqa: PLC0415
    from services.cli.demo.running import fresh_directory, running_services  # noqa: PLC0415
    from services.cli.demo.story import tell  # noqa: PLC0415

    story = JudgedFolders(data, limit) if data else BundledCorpus()
    with (
        contextlib.suppress(KeyboardInterrupt),
        interrupted_by_signals(),
        fresh_directory(directory, keep=keep),
        running_services(directory, port_catalog, port_matcher) as services,
        connected(Service.CATALOG, services.catalog.url) as catalog,
        connected(Service.MATCHER, services.matcher.url) as matcher,
    ):
        tell(story, services, catalog, matcher)
        if not once:
            display.say_what_is_up(services.catalog.url, services.matcher.url)
            wait_while_running(services.children)
