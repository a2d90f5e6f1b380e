"""`make lock`: what goes into the images, pinned with hashes by uv for Linux on x86_64 and the images' Python."""

import subprocess
import sys
import tomllib
from pathlib import Path

LOCKS = Path(__file__).parent
PYPROJECT = LOCKS.parents[1] / "pyproject.toml"
PLATFORM = ("--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_28")
TEXT = ("--generate-hashes", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet")


def main(uv: str, constraints: str, *torch_source: str) -> None:
    """Write build.txt, catalog.txt and matcher.txt."""
    told = ("--custom-compile-command", "make lock", "--constraint", constraints)
    for extra in ("catalog", "matcher"):
        lock = LOCKS / f"{extra}.txt"
        subprocess.run(  # noqa: S603 - the Makefile's own arguments
            [uv, "pip", "compile", PYPROJECT, "--extra", extra, *PLATFORM, *TEXT, *told, *torch_source, "-o", lock],
            check=True,
        )
    build = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["build-system"]["requires"]
    subprocess.run(  # noqa: S603
        [uv, "pip", "compile", "-", *PLATFORM, *TEXT, *told, "-o", LOCKS / "build.txt"],
        input="\n".join(build).encode(),
        check=True,
    )


main(*sys.argv[1:])
