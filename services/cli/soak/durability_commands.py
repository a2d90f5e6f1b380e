"""`liaison soak kill | feed | replicas | webhooks | freshness`: what is acknowledged is kept, told, and served soon."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.soak.backend import Backend
from services.cli.soak.resilience_commands import Reports, RunSoak

Seed = Annotated[int, typer.Option(min=0, help="Equal seeds draw equal schedules.")]
Database = Annotated[Backend, typer.Option("--database", help="Which database; either is started for the run alone.")]


def add_durability_commands(soak_app: typer.Typer, run_soak: RunSoak, default_directory: Path) -> None:
    """`run_soak` runs one, writes its report and ends with exit code 1 where a check does not hold."""

    @soak_app.command("kill")
    def kill_command(
        database: Database = Backend.SQLITE,
        kills: Annotated[int, typer.Option(min=1, help="With SIGKILL, at random moments.")] = 100,
        writes: Annotated[int, typer.Option(min=1, help="Acknowledged ones.")] = 50_000,
        writers: Annotated[int, typer.Option(min=1, help="Clients at once.")] = 8,
        longest_seconds: Annotated[float, typer.Option(min=1, help="After which it ends, reached or not.")] = 3_600,
        seed: Seed = 0,
        reports: Reports = default_directory,
    ) -> None:
        """Acknowledged means kept: catalog processes and the database's are killed under concurrent writers."""
        from services.cli.soak import kill  # noqa: PLC0415 - the services take seconds

        options = kill.KillOptions(
            backend=database, kills=kills, writes=writes, writers=writers, longest_seconds=longest_seconds, seed=seed
        )
        run_soak(lambda progress: kill.run(options, progress), reports)

    @soak_app.command("feed")
    def feed_command(
        database: Database = Backend.POSTGRESQL,
        events: Annotated[int, typer.Option(min=8, help="Committed ones.")] = 100_000,
        stamper_kills: Annotated[int, typer.Option(min=0, help="Of the process that stamps.")] = 20,
        reports: Reports = default_directory,
    ) -> None:
        """The feed loses nothing: writers in several processes, rollbacks, slow commits, killed stampers, a restore."""
        from services.cli.soak import feed  # noqa: PLC0415 - the services take seconds

        options = feed.FeedOptions(backend=database, events=events, stamper_kills=stamper_kills)
        run_soak(lambda progress: feed.run(options, progress), reports)

    @soak_app.command("replicas")
    def replicas_command(
        replicas: Annotated[int, typer.Option(min=1, help="Matchers on one PostgreSQL.")] = 3,
        kills: Annotated[int, typer.Option(min=0, help="Of matchers, every other one while it saves.")] = 50,
        profiles: Annotated[int, typer.Option(min=100, help="Of the bundled corpus.")] = 500,
        seed: Seed = 0,
        reports: Reports = default_directory,
    ) -> None:
        """Replicas equal a rebuild: matchers are killed while the feed grows, then compared with a fresh one."""
        from services.cli.soak import replicas as soak  # noqa: PLC0415 - the services take seconds

        options = soak.ReplicaOptions(replicas=replicas, kills=kills, profiles=profiles, seed=seed)
        run_soak(lambda progress: soak.run(options, progress), reports)

    @soak_app.command("webhooks")
    def webhooks_command(
        database: Database = Backend.POSTGRESQL,
        introductions: Annotated[int, typer.Option(min=2, help="Of seven events each.")] = 200,
        kills: Annotated[int, typer.Option(min=0, help="Of catalog processes, with SIGKILL.")] = 10,
        seed: Seed = 0,
        reports: Reports = default_directory,
    ) -> None:
        """Every event reaches every receiver in order: some are down, slow, failing, lying; the catalog is killed."""
        from services.cli.soak import webhooks  # noqa: PLC0415 - the services take seconds

        options = webhooks.WebhookOptions(
            backend=database, introductions=introductions, kills=kills, hangs=max(introductions // 10, 2), seed=seed
        )
        run_soak(lambda progress: webhooks.run(options, progress), reports)

    @soak_app.command("freshness")
    def freshness_command(
        replicas: Annotated[int, typer.Option(min=1, help="Matchers on one PostgreSQL.")] = 2,
        writes_per_second: Annotated[float, typer.Option(min=1, help="At a steady pace.")] = 100,
        seconds: Annotated[float, typer.Option(min=1, help="How long.")] = 60,
        encoder: Annotated[EncoderChoice, typer.Option(help="hashed: cheap vectors; bundled: the real model.")] = (
            EncoderChoice.BUNDLED
        ),
        profiles: Annotated[int, typer.Option(min=100, help="Of the bundled corpus.")] = 500,
        reports: Reports = default_directory,
    ) -> None:
        """How soon a write is in the answers of every replica, at a steady rate of writes."""
        from services.cli.soak import freshness  # noqa: PLC0415 - the services take seconds

        options = freshness.FreshnessOptions(
            replicas=replicas,
            writes_per_second=writes_per_second,
            seconds=seconds,
            encoder=encoder,
            profiles=profiles,
        )
        run_soak(lambda progress: freshness.run(options, progress), reports)
