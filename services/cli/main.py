"""The command `liaison`: one file a command, put together here."""

from importlib.util import find_spec

import typer

from services.cli.allocation_command import allocate_command
from services.cli.backup.commands import backup_command, restore_command
from services.cli.caller_key import bear_key
from services.cli.comparison_commands import comparison_app
from services.cli.demo.command import demo_command
from services.cli.digest_command import digest_command
from services.cli.doctor.command import doctor_command
from services.cli.export_command import export_command
from services.cli.golden_commands import golden_app
from services.cli.import_command import import_command
from services.cli.introduction_commands import introduction_app
from services.cli.key_commands import key_app
from services.cli.match_command import match_command
from services.cli.migrate_command import migrate_command
from services.cli.model_commands import model_app
from services.cli.personal_data_commands import personal_data_app
from services.cli.policy_commands import policy_app
from services.cli.problems import CommandGroup
from services.cli.recommend_command import recommend_command
from services.cli.report_command import report_command
from services.cli.serve_command import serve_app
from services.cli.suggest_rules_command import suggest_rules_command
from services.cli.webhook_commands import webhook_app

app = typer.Typer(
    cls=CommandGroup,
    name="liaison",
    help="Matches startups with the resources they need.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.callback(cls=CommandGroup, no_args_is_help=True)(bear_key)
app.command("demo")(demo_command)
app.add_typer(serve_app, name="serve")
app.command("doctor")(doctor_command)
app.command("migrate")(migrate_command)
app.command("import")(import_command)
app.command("export")(export_command)
app.command("match")(match_command)
app.command("recommend")(recommend_command)
app.command("digest")(digest_command)
app.add_typer(introduction_app, name="introduction")
app.command("allocate")(allocate_command)
app.command("report")(report_command)
app.command("suggest-rules")(suggest_rules_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)
app.add_typer(policy_app, name="policy")
app.add_typer(model_app, name="model")
app.add_typer(comparison_app, name="comparison")
app.add_typer(golden_app, name="golden")
app.add_typer(key_app, name="key")
app.add_typer(personal_data_app, name="personal-data")
app.add_typer(webhook_app, name="webhook")
if find_spec("sentence_transformers"):  # the extra `matcher` is installed; a catalog's image has neither it nor these
    from services.cli.ranking_commands import add_ranking_commands

    add_ranking_commands(app)
