"""Runs `liaison` as if only a lock's packages were installed: `python -m tests.only_locked LOCK serve catalog`."""

import re
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType


def locked_names(lock: Path) -> set[str]:
    """The normalised names of a lock's packages."""
    return {canonical(name) for name in re.findall(r"^([\w.-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)}


def canonical(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


class OnlyLocked(PathFinder):
    """Finds no module that only packages outside the lock bring."""

    hidden: frozenset[str] = frozenset()

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As PathFinder, for what is not hidden."""
        return None if fullname.partition(".")[0] in cls.hidden else super().find_spec(fullname, path, target)


def hide_all_but(lock: Path) -> None:
    """From here on, imports find the standard library, this repository, and the lock's packages."""
    allowed = locked_names(lock) | {"liaison"}
    bringing = packages_distributions().items()
    OnlyLocked.hidden = frozenset(
        module for module, distributions in bringing if allowed.isdisjoint(map(canonical, distributions))
    )
    sys.meta_path[sys.meta_path.index(PathFinder)] = OnlyLocked


if __name__ == "__main__":
    hide_all_but(Path(sys.argv[1]))
    sys.argv[:2] = ["liaison"]
    from services.cli.main import app

    app()
