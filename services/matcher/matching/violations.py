"""An answer judged once more, pair by pair, by the evaluator that did not make it: what it may not hold is counted."""

from collections.abc import Sequence

from services.matcher.domain.judgement import judge
from services.matcher.domain.profile_rules import SourcedRule, request_rules
from services.matcher.matching.matchmaker import Answer
from services.matcher.matching.pair_rules import judge_pair
from services.matcher.retrieval.segment import Entry
from shared.contracts.explanations import Truth
from shared.contracts.rules import OpenOn, Rule
from shared.contracts.vocabularies import Visibility


def violations(answer: Answer) -> tuple[str, ...]:
    """Ids of proposed profiles that a rule of either side, a filter, the kinds or visibility forbid; ever none."""
    filters = _strict(answer)
    proposed = (one.entry for one in answer.arranged.matches)
    return tuple(entry.profile_id for entry in proposed if not _is_allowed(entry, answer, filters))


def _strict(answer: Answer) -> Sequence[SourcedRule]:
    request = answer.request
    conditions = [*request.filters, *([OpenOn(day=request.as_of)] if request.as_of else [])]
    return request_rules([Rule(condition=condition) for condition in conditions])


def _is_allowed(entry: Entry, answer: Answer, filters: Sequence[SourcedRule]) -> bool:
    subject, request = answer.subject, answer.request
    judged = judge_pair(subject.entry, entry, request.rules)
    return (
        entry.profile_id != subject.profile_id
        and entry.attributes.kind in request.target_kinds
        and entry.visibility is not Visibility.HIDDEN
        and all(judge(rule, entry.attributes).truth is Truth.PASS for rule in filters)
        and all(one.judgement.truth is not Truth.FAIL for one in judged)
    )
