"""What a machine can check of the house's order."""

import subprocess
import sys
from pathlib import Path

import services
import shared

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 400


def source_files() -> list[Path]:
    return [path for folder in ("services", "shared", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]


def test_import_contracts_are_kept() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_no_file_is_longer_than_it_can_say_in_one_sentence() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in source_files()}
    assert len(lengths) > 100
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_every_source_module_says_what_it_owns() -> None:
    silent = [
        path.relative_to(ROOT)
        for path in source_files()
        if "tests" not in path.relative_to(ROOT).parts
        and path.read_text().strip()
        and not path.read_text().startswith('"""')
    ]
    assert silent == []


def test_the_imported_packages_are_ours() -> None:
    assert [Path(package.__file__ or "").parent for package in (services, shared)] == [
        ROOT / "services",
        ROOT / "shared",
    ]
