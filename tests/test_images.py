"""The container files, read as text, for no container engine runs here: users, locks, compilers, health checks."""

import re
from pathlib import Path

import pytest

from services.catalog.settings import CatalogSettings
from services.matcher.settings import MatcherSettings

ROOT = Path(__file__).parents[1]
PORTS = {
    "catalog": CatalogSettings.model_fields["port"].default,
    "matcher": MatcherSettings.model_fields["port"].default,
}


def stages(service: str) -> list[str]:
    """The text after each FROM, continued lines joined, comments left out."""
    text = (ROOT / "deploy" / "docker" / f"{service}.Dockerfile").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    return re.split(r"^FROM ", joined, flags=re.MULTILINE)[1:]


@pytest.mark.parametrize("service", PORTS)
def test_the_image_is_slim_and_its_last_stage_runs_without_root(service: str) -> None:
    assert {stage.split()[0] for stage in stages(service)} == {"python:3.11-slim"}  # the Python of the locks
    last = stages(service)[-1]
    [user] = re.findall(r"^USER (\d+):\d+$", last, re.MULTILINE)
    assert int(user) > 0
    assert last.index("\nUSER ") > last.rindex("\nRUN ")


@pytest.mark.parametrize("service", PORTS)
def test_no_stage_installs_a_compiler_or_an_unpinned_package(service: str) -> None:
    for stage in stages(service):
        assert re.findall(r"\b(?:gcc|g\+\+|clang|build-essential|\w+-dev)\b", stage) == []
        for install in re.findall(r"pip (?:--python \S+ )?install [^&\n]*", stage):
            assert "--require-hashes" in install or "--no-index" in install
    assert "--only-binary :all:" in stages(service)[0]


@pytest.mark.parametrize("service", PORTS)
def test_an_image_installs_its_own_lock(service: str) -> None:
    [lock] = set(re.findall(r"--requirement deploy/locks/(catalog|matcher)\.txt", stages(service)[0]))
    assert lock == service


@pytest.mark.parametrize("service", PORTS)
def test_the_health_check_asks_the_port_that_is_listened_on(service: str) -> None:
    last = stages(service)[-1]
    [check] = re.findall(r"^HEALTHCHECK .*$", last, re.MULTILINE)
    assert f"LIAISON_{service.upper()}_PORT', '{PORTS[service]}'" in check
    assert "/healthz" in check
    assert re.findall(r"^EXPOSE (\d+)$", last, re.MULTILINE) == [str(PORTS[service])]


@pytest.mark.parametrize("service", PORTS)
def test_what_an_image_copies_is_in_the_build_context(service: str) -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    kept = [line[1:] for line in ignored if line.startswith("!")]
    sources = [
        source
        for copied in re.findall(r"^COPY (?!--from)(.*)$", stages(service)[0], re.MULTILINE)
        for source in copied.split()[:-1]
    ]
    assert sources
    for source in sources:
        assert (ROOT / source).exists()
        assert any(Path(source).match(pattern) for pattern in kept), source
