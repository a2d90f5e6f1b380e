"""Policies to evaluate, read from files of policy documents."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from services.cli.problems import CommandProblem, field_line
from services.matcher.policies.documents import FaultyPolicy, policy_of
from services.matcher.policies.model_folder import ModelFolder
from services.matcher.policies.records import content_hash, resolved_text
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.policies import PolicyDocument
from shared.kit.problems import field_problems

TAKEN = frozenset({"served", "dense", "lexical", "popularity", "random"})
"""Names of the rankings that are evaluated anyway."""


def read_policies(files: Sequence[Path]) -> dict[str, RankingPolicy]:
    """Policies by name: the file's, without its ending. The revision adds a digest of what it says: `near@0f3a91c2`.

    A document inherits from the shipped policy or from one in a file given before it; learned models lie beside it.
    Raises CommandProblem.
    """
    bases = {SHIPPED_POLICY.revision: SHIPPED_POLICY}
    policies: dict[str, RankingPolicy] = {}
    for file in files:
        name = file.stem
        if name in TAKEN or name in bases:
            raise CommandProblem(f"--policy: {file}: another ranking is called {name!r}; give the file another name.")
        policies[name] = bases[name] = _policy(file, name, bases)
    return policies


def _policy(file: Path, name: str, bases: dict[str, RankingPolicy]) -> RankingPolicy:
    document = _document(file)
    if document.base not in bases:
        raise CommandProblem(
            f"--policy: {file}: base: {document.base!r} is not known here. "
            f"Name one of {', '.join(bases)}, or give --policy {document.base}.json before it."
        )
    try:
        policy = policy_of(document, bases[document.base], name, ModelFolder(file.parent))
    except FaultyPolicy as fault:
        raise CommandProblem(*(f"--policy: {file}: {field_line(problem)}" for problem in fault.errors)) from None
    return replace(policy, revision=f"{name}@{content_hash(resolved_text(policy))[:8]}")


def _document(file: Path) -> PolicyDocument:
    try:
        return PolicyDocument.model_validate_json(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandProblem(f"--policy: {file}: not readable ({error}). Name a file of JSON in UTF-8.") from None
    except ValidationError as error:
        problems = field_problems(error.errors(include_url=False))
        raise CommandProblem(*(f"--policy: {file}: {field_line(problem)}" for problem in problems)) from None
