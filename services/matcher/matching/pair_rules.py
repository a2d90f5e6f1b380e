"""The rules of both sides of one pair, judged one by one."""

from collections.abc import Iterator, Sequence

from services.matcher.domain.judgement import judge
from services.matcher.domain.profile_rules import request_rules
from services.matcher.explain.party import OwnedJudgement
from services.matcher.retrieval.segment import Entry
from shared.contracts.explanations import Side
from shared.contracts.rules import Rule


def judge_pair(subject: Entry, target: Entry, added: Sequence[Rule] = ()) -> tuple[OwnedJudgement, ...]:
    """The rules that apply: the subject's and the request's on the target, then the target's on the subject."""
    return tuple(one for one in _judgements(subject, target, added) if one.judgement.applies)


def _judgements(subject: Entry, target: Entry, added: Sequence[Rule]) -> Iterator[OwnedJudgement]:
    for rule in subject.attributes.rules:
        yield OwnedJudgement(owner=Side.SUBJECT, judgement=judge(rule, target.attributes))
    for rule in request_rules(added):
        yield OwnedJudgement(owner=Side.REQUEST, judgement=judge(rule, target.attributes))
    for rule in target.attributes.rules:
        yield OwnedJudgement(owner=Side.TARGET, judgement=judge(rule, subject.attributes))
