"""Generated requests, good and bad, against one service: what it answers must be what it documents."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.contracts.problems import Problem

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
RETRIED = frozenset({"snapshot_behind"})
"""503 with these codes is what was asked for: a position that the matcher has not read yet."""
_LONGEST_POLL_SECONDS = 0.01
_MOST_EXAMPLES = 5


@dataclass(slots=True)
class Findings:
    """What came back, and what should not have."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    """By kind, operation and what was wrong."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """A few requests for each fault, as curl commands."""

    def count_of(self, kind: str) -> int:
        """How many cases had a fault of a kind."""
        return sum(number for name, number in self.faults.items() if name.startswith(f"{kind}:"))

    def add(self, kind: str, where: str, what: str, example: str) -> None:
        """One more fault."""
        name = f"{kind}: {where}: {what}"
        self.faults[name] += 1
        kept = self.examples.setdefault(name, [])
        if len(kept) < _MOST_EXAMPLES:
            kept.append(example)


def fuzz(app: FastAPI, *, cases: int, seed_number: int) -> Findings:
    """At least so many cases, spread evenly over the operations, good and bad requests mixed; the app is running."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    findings = Findings()
    each = -(-cases // len(operations))
    for operation in operations:
        both = st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode])
        _run(both, operation.label, findings, each, seed_number)
    return findings


def _run(strategy: st.SearchStrategy[Any], label: str, findings: Findings, examples: int, seed_number: int) -> None:
    @seed(seed_number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def call(case: Any) -> None:
        if isinstance(case.query.get("wait_seconds"), int | float):
            case.query["wait_seconds"] = min(case.query["wait_seconds"], _LONGEST_POLL_SECONDS)
        response = case.call()
        findings.cases += 1
        findings.statuses[response.status_code] += 1
        _judge(case, response, label, findings)

    call()


def _judge(case: Any, response: Any, label: str, findings: Findings) -> None:
    curl = case.as_curl_command()[:2_000]
    if response.status_code >= 500 and not _is_asked_for(response):
        findings.add("5xx", label, f"{response.status_code} {response.text[:200]}", curl)
    for check in CHECKS:
        try:
            case.validate_response(response, checks=[check], excluded_checks=[not_a_server_error])
        except AssertionError as failure:
            findings.add("undocumented", label, f"{response.status_code} {str(failure)[:200]}", curl)
        except BaseExceptionGroup as failures:
            findings.add("undocumented", label, f"{response.status_code} {failures.exceptions[0]!s:.200}", curl)
    if response.status_code >= 400 and not _is_problem(response):
        findings.add("no problem+json", label, str(response.status_code), curl)


def _is_asked_for(response: Any) -> bool:
    return response.status_code == 503 and _is_problem(response) and response.json()["code"] in RETRIED


def _is_problem(response: Any) -> bool:
    if response.headers.get("content-type") != ["application/problem+json"]:
        return False
    try:
        Problem.model_validate(response.json())
    except ValueError:
        return False
    return True
