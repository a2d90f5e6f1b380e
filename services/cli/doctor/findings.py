"""What a check found, in English and Chinese."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is; only a failure makes the command fail."""

    FINE = "fine"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The same in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report; `todo` says what to do next, and is there unless all is fine."""

    check: Words
    verdict: Verdict
    found: Words
    todo: Words | None = None


def is_sound(findings: Sequence[Finding]) -> bool:
    """Whether nothing failed."""
    return all(finding.verdict is not Verdict.FAILURE for finding in findings)


def as_json(findings: Sequence[Finding]) -> dict[str, object]:
    """The report as a document."""
    return {
        "ok": is_sound(findings),
        "findings": [
            {
                "check": finding.check.en,
                "check_zh": finding.check.zh,
                "verdict": finding.verdict.value,
                "found": finding.found.en,
                "found_zh": finding.found.zh,
                "todo": finding.todo.en if finding.todo else None,
                "todo_zh": finding.todo.zh if finding.todo else None,
            }
            for finding in findings
        ],
    }
