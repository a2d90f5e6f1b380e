"""Suggests rules to the owner of a profile, from the feedback read so far and one snapshot."""

from collections.abc import Callable, Iterator, Sequence

from services.matcher.judgments.feedback_repository import events_about
from services.matcher.matching.eligible import Scope, judge_eligibility
from services.matcher.matching.matchmaker import Matchmaker
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.segment import Entry
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.suggestions.candidates import Candidates
from services.matcher.suggestions.finding import SPEAKING_REASONS, Counterpart, FoundRule, found_rule
from services.matcher.suggestions.verdicts import Verdicts, verdicts_of
from services.matcher.suggestions.wording import suggestion_text
from shared.contracts.kinds import Kind
from shared.contracts.suggestions import SuggestedRule, SuggestedRules
from shared.kit.database import Database

MayKnowOf = Callable[[Entry], bool]


class SuggestionService:
    """Reads and never writes: a rule is put into a profile by its owner, in the catalog."""

    def __init__(self, database: Database, minimum: int) -> None:
        """`minimum` refusals make a suggestion."""
        self._database = database
        self._minimum = minimum

    def suggested(
        self, profile_id: str, matchmaker: Matchmaker, may_know_of: MayKnowOf, *, sees_members: bool
    ) -> SuggestedRules:
        """Rules for one profile, by support and then by what they take away. Raises SubjectNotFound.

        The reader is told only of the declined that it may know of; they all count.
        """
        snapshot = matchmaker.current
        subject = matchmaker.asking(profile_id, snapshot)
        with self._database.read() as session:
            verdicts = verdicts_of(profile_id, events_about(session, profile_id))
        found = sorted(
            self._found(subject, snapshot, verdicts, sees_members=sees_members),
            key=lambda one: (-len(one.shut_out), one.taken_away, one.kind, one.reason),
        )
        return SuggestedRules(
            profile_id=profile_id,
            items=tuple(_on_the_wire(one, snapshot, may_know_of) for one in found),
            minimum_support=self._minimum,
            snapshot=snapshot.version,
        )

    def _found(
        self, subject: Subject, snapshot: Snapshot, verdicts: Verdicts, *, sees_members: bool
    ) -> Iterator[FoundRule]:
        refused = {reason: _known(snapshot, _for(verdicts, reason)) for reason in SPEAKING_REASONS}
        welcome = _known(snapshot, verdicts.welcome)
        for kind in Kind:
            declined = {reason: _of_kind(known, kind) for reason, known in refused.items()}
            if all(len(one) < self._minimum for one in declined.values()):
                continue
            scope = Scope(target_kinds=(kind,), sees_members=sees_members)
            eligible = judge_eligibility(subject, scope, snapshot)
            candidates = Candidates([(one.segment.attributes, one.mask) for one in eligible])
            for reason, bad in declined.items():
                found = found_rule(
                    kind,
                    reason,
                    bad,
                    _of_kind(welcome, kind),
                    subject.entry.attributes.rules,
                    candidates,
                    minimum=self._minimum,
                )
                if found is not None:
                    yield found


def _for(verdicts: Verdicts, reason: str) -> Sequence[str]:
    return [other for other, why in verdicts.refused.items() if why == reason]


def _known(snapshot: Snapshot, profile_ids: Sequence[str] | frozenset[str]) -> list[Counterpart]:
    """Those that take part still: of the others no attributes are kept."""
    found = [(profile_id, snapshot.find(profile_id)) for profile_id in sorted(profile_ids)]
    return [
        Counterpart(profile_id=profile_id, attributes=place[0].entries[place[1]].attributes)
        for profile_id, place in found
        if place is not None
    ]


def _of_kind(known: Sequence[Counterpart], kind: Kind) -> list[Counterpart]:
    return [one for one in known if one.attributes.kind is kind]


def _on_the_wire(found: FoundRule, snapshot: Snapshot, may_know_of: MayKnowOf) -> SuggestedRule:
    places = {profile_id: snapshot.find(profile_id) for profile_id in found.shut_out}
    visible = [one for one, place in places.items() if place and may_know_of(place[0].entries[place[1]])]
    return SuggestedRule(
        rule=found.rule,
        kind=found.kind,
        reason=found.reason,
        support=len(found.shut_out),
        refused=found.declined,
        declined=tuple(visible),
        welcome=found.kept,
        candidates=found.candidates,
        taken_away=found.taken_away,
        text=suggestion_text(found),
    )
