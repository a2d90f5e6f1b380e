"""The documentation keeps pace with the code: settings, commands, targets, endpoints, dependencies, paths, links."""

import re
import tomllib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest
import typer.main
from fastapi import FastAPI
from typer.core import TyperCommand, TyperGroup

from services.catalog.app import create_app as create_catalog
from services.catalog.settings import CatalogSettings
from services.cli.main import app as command_line
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.kit.settings import ServiceSettings

ROOT = Path(__file__).parents[1]
DOCS = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md")])
DEPLOYED = sorted(path for path in ROOT.glob("deploy/**/*") if path.is_file())
_SETTING = re.compile(r"LIAISON_[A-Z_]*[A-Z]")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_COMMAND = re.compile(
    r"\bliaison ((?:[a-z]+(?:-[a-z]+)*)(?: (?:catalog|matcher|all|speed|ingest|freshness|restart|overload|faults"
    r"|rolling|kill|feed|replicas|webhooks|backends|rules|two-sided|learning|interleaving"
    r"|model-switch|shuffled|create|judge|import|export|derive|folder|build|drop|list|show|draft|attach|activate|rollback|retire"
    r"|simulate|history|start|stop|request|accept|decline|withdraw|tell|contacts|rotate|revoke|erase|receipt|reapply|add|test"
    r"|deliveries|redeliver)\b)?)"
    r"([^\n`|#>]*)"
)
_OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_TOUR_PATH = re.compile(r"`((?:shared|services|docs|deploy|tests)/[^`\s]*|pyproject\.toml|Makefile)`")
_CODE_ATTRIBUTE = re.compile(r'code(?:, status)? = "([a-z_]+)"')


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def setting_names(settings: type[ServiceSettings]) -> set[str]:
    prefix = str(settings.model_config["env_prefix"])
    return {f"{prefix}{field}".upper() for field in settings.model_fields}


def root_command() -> TyperGroup:
    command = typer.main.get_command(command_line)
    assert isinstance(command, TyperGroup)
    return command


def option_variables(command: TyperCommand | TyperGroup) -> Iterator[str]:
    """Environment variables that options of a command, or of those below it, are read from."""
    for parameter in command.params:
        if isinstance(parameter.envvar, str):
            yield parameter.envvar
    for child in command.commands.values() if isinstance(command, TyperGroup) else ():
        assert isinstance(child, TyperCommand | TyperGroup)
        yield from option_variables(child)


def command_of(words: list[str]) -> TyperCommand | TyperGroup | None:
    command: TyperCommand | TyperGroup = root_command()
    for word in words:
        if not isinstance(command, TyperGroup):
            break
        child = command.commands.get(word)
        if child is None:
            return None
        assert isinstance(child, TyperCommand | TyperGroup)
        command = child
    return command


def named_commands(document: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Words and options of every `liaison ...` in a document's code."""
    for code in _CODE.findall(document.read_text(encoding="utf-8")):
        for words, rest in _COMMAND.findall(code):
            yield words.split(), _OPTION.findall(rest)


@pytest.mark.parametrize("settings", [CatalogSettings, MatcherSettings])
def test_every_setting_stands_in_operations_with_its_default(settings: type[ServiceSettings]) -> None:
    operations = text_of("docs/operations.md")
    prefix = str(settings.model_config["env_prefix"])
    rows = dict(re.findall(r"^\| `(LIAISON_\w+)` \| `([^`]*)` \|", operations, re.MULTILINE))
    for name, field in settings.model_fields.items():
        default = field.default
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        if isinstance(default, tuple):
            shown = "[" + ", ".join(f'"{item}"' for item in default) + "]"
        assert rows.get(f"{prefix}{name}".upper()) == shown


@pytest.mark.parametrize("document", dict.fromkeys([*DOCS, *DEPLOYED]), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_setting_that_is_named_exists(document: Path) -> None:
    known = setting_names(CatalogSettings) | setting_names(MatcherSettings) | set(option_variables(root_command()))
    assert set(_SETTING.findall(document.read_text(encoding="utf-8"))) <= known


@pytest.mark.parametrize("document", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_and_option_that_is_named_exists(document: Path) -> None:
    for words, options in named_commands(document):
        command = command_of(words)
        assert command is not None, f"liaison {' '.join(words)}"
        known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
        assert set(options) <= known, f"liaison {' '.join(words)}"


def test_readme_shows_every_command_but_the_demo() -> None:
    named = {words[0] for words, _ in named_commands(ROOT / "README.md")}
    assert named >= set(root_command().commands) - {"demo"}


@pytest.mark.parametrize("document", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    code = "\n".join(_CODE.findall(document.read_text(encoding="utf-8")))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", code, re.MULTILINE)) <= targets


def test_every_path_of_the_readme_exists() -> None:
    paths = _TOUR_PATH.findall(text_of("README.md"))
    assert len(paths) > 30
    assert [path for path in paths if not (ROOT / path).exists()] == []


def catalog_api() -> FastAPI:
    return create_catalog(CatalogSettings())


def matcher_api() -> FastAPI:
    return create_matcher(MatcherSettings())


@pytest.mark.parametrize("create", [catalog_api, matcher_api])
def test_every_endpoint_stands_in_the_api_guide(create: Callable[[], FastAPI]) -> None:
    guide = text_of("docs/api.md")
    for path, operations in create().openapi()["paths"].items():
        for method in operations:
            assert f"`{method.upper()} {path}`" in guide


def test_every_error_code_stands_in_the_api_guide() -> None:
    guide = text_of("docs/api.md")
    files = [path for name in ("services", "shared") for path in ROOT.glob(f"{name}/**/*.py")]
    sources = [path.read_text(encoding="utf-8") for path in files]
    codes = {code for source in sources for code in _CODE_ATTRIBUTE.findall(source)}
    assert len(codes) > 15
    assert {code for code in codes if f"`{code}`" not in guide} == set()


def test_every_dependency_stands_in_the_decisions() -> None:
    decisions = text_of("docs/decisions.md")
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    requirements = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    names = {re.split(r"[\[<>=~! ]", requirement)[0] for requirement in requirements} - {project["name"]}
    assert [name for name in names if f"`{name}`" not in decisions] == []


@pytest.mark.parametrize("document", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    links = [link for link in _LINK.findall(document.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []
