"""Answers match requests: resolves the subject, runs the pipeline on one snapshot, reranks what it found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from services.matcher.domain.texts import profile_texts
from services.matcher.embedding.encoder import Encoder
from services.matcher.interleaving.team_draft import Team
from services.matcher.matching.behaviour import NO_BEHAVIOUR, Behaviour, PriorBook, PriorsOf, no_priors
from services.matcher.matching.comparison_source import ComparisonSource, LiveComparison, NoComparisons
from services.matcher.matching.drafting import Draft, drafted_list
from services.matcher.matching.eligible import Scope
from services.matcher.matching.impersonal import without_behaviour
from services.matcher.matching.indexing import Indexer, profile_entry, profile_language
from services.matcher.matching.near_misses import NearlyMatched, near_misses
from services.matcher.matching.pairing_books import PairingBooks
from services.matcher.matching.pipeline import Prepared, match, prepare
from services.matcher.matching.policy_source import OnePolicy, PolicySource
from services.matcher.matching.reranking import Arranged, arrange, pool_size
from services.matcher.matching.stages import Stage, stage
from services.matcher.matching.stored import stored_subject, stored_target
from services.matcher.matching.subject import Subject
from services.matcher.matching.why import Why, why
from services.matcher.priors.priors import NO_PRIORS, Priors
from services.matcher.retrieval.publisher import Publisher
from services.matcher.retrieval.segment import Entry
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.matches import InlineText, MatchRequest
from shared.contracts.profiles import PROFILE_TYPES, Kind, Profile
from shared.contracts.vocabularies import Language
from shared.kit.anonymity import unnamed
from shared.kit.errors import Unavailable

_TITLE_LENGTH = 80
ExposureOf = Callable[[str], int]
"""In how many recorded answers a profile stood."""
IntroducedTo = Callable[[str], frozenset[str]]
"""Who is not to be proposed to a profile: they are being introduced, have met or have declined."""


class SnapshotBehind(Unavailable):
    """The feed has not been read as far as the request asks."""

    code = "snapshot_behind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A list of matches and the versions that make it repeatable."""

    request: MatchRequest
    subject: Subject
    arranged: Arranged
    eligible: int
    near_misses: tuple[NearlyMatched, ...]
    snapshot: Snapshot
    policy: RankingPolicy
    """That of every match, but for a list drafted from two: there, the first of them."""
    draft: Draft | None = None
    """Whose choice each match is, where two policies are compared."""
    sees_members: bool = True
    priors: Priors = NO_PRIORS


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Where one pair stands, and what it was judged on."""

    subject: Subject
    why: Why
    snapshot: Snapshot
    policy: RankingPolicy
    priors: Priors


class Matchmaker:
    """Stateless but for what it is given; safe in any number of threads."""

    def __init__(
        self,
        *,
        publisher: Publisher,
        indexer: Indexer,
        encoder: Encoder,
        policies: PolicySource | None = None,
        comparisons: ComparisonSource | None = None,
        exposure_of: ExposureOf = lambda _: 0,
        introduced_to: IntroducedTo = lambda _: frozenset(),
        priors: PriorsOf = no_priors,
    ) -> None:
        """`indexer` embeds inline subjects; `encoder` says which languages the model reads.

        Without `policies`, the shipped policy ranks.
        """
        self._publisher = publisher
        self._indexer = indexer
        self._policies = policies or OnePolicy(SHIPPED_POLICY)
        self._comparisons = comparisons or NoComparisons()
        self._exposure_of = exposure_of
        self._introduced_to = introduced_to
        self._priors = priors
        self._prior_book = PriorBook()
        self._books = PairingBooks(encoder.languages)

    @property
    def current(self) -> Snapshot:
        """The snapshot that a request beginning now would read."""
        return self._publisher.current

    def answer(
        self,
        request: MatchRequest,
        snapshot: Snapshot,
        taken: Mapping[str, int] | None = None,
        *,
        sees_members: bool = True,
    ) -> Answer:
        """Match one request on a snapshot; `taken` says how often each target was proposed in the same batch.

        Raises SubjectNotFound, SnapshotBehind, PolicyNotFound.
        """
        _check_position(request, snapshot)
        policy = self.policy_of(request)
        with stage(Stage.SUBJECT):
            subject = self._subject(request, snapshot)
        comparison = self._comparisons.of(request, subject.kind)
        behaviour = self._behaviour(request, subject)
        if comparison is not None:
            return self._drafted(request, subject, snapshot, comparison, taken or {}, sees_members, behaviour)
        return self._answer(request, subject, snapshot, policy, taken or {}, self._exposure_of, sees_members, behaviour)

    def _drafted(
        self,
        request: MatchRequest,
        subject: Subject,
        snapshot: Snapshot,
        comparison: LiveComparison,
        taken: Mapping[str, int],
        sees_members: bool,
        behaviour: Behaviour,
    ) -> Answer:
        """One list from those of two policies; near misses are the first policy's."""
        exposure_of = cache(self._exposure_of)  # it may grow meanwhile, and both lists must withhold the same
        asked = {Team.FIRST: request, Team.SECOND: request.model_copy(update={"near_misses": 0})}
        first, second = (
            self._answer(
                asked[team],
                subject,
                snapshot,
                comparison.policy_of(team),
                taken,
                exposure_of,
                sees_members,
                behaviour,
            )
            for team in (Team.FIRST, Team.SECOND)
        )
        lists = {Team.FIRST: first.arranged, Team.SECOND: second.arranged}
        arranged, draft = drafted_list(lists, comparison, request, snapshot)
        return replace(first, arranged=arranged, draft=draft)

    def _answer(
        self,
        request: MatchRequest,
        subject: Subject,
        snapshot: Snapshot,
        policy: RankingPolicy,
        taken: Mapping[str, int],
        exposure_of: ExposureOf,
        sees_members: bool,
        behaviour: Behaviour,
    ) -> Answer:
        """The answer under one policy."""
        with stage(Stage.ELIGIBILITY):
            prepared = self.prepared(request, subject, snapshot, policy, sees_members=sees_members, behaviour=behaviour)
        with stage(Stage.RANKING):
            ranking = match(prepared, pool_size(request))
        above = [one for one in ranking.matches if one.score >= floor_of(request, policy, prepared, one.entry)]
        with stage(Stage.RERANKING):
            arranged = arrange(above, request, snapshot, exposure_of, taken)
        return Answer(
            request=request,
            subject=subject,
            arranged=arranged,
            eligible=ranking.eligible,
            near_misses=near_misses(prepared, request.near_misses),
            snapshot=snapshot,
            policy=policy,
            sees_members=sees_members,
            priors=behaviour.priors,
        )

    def why(self, request: MatchRequest, target_id: str, snapshot: Snapshot, *, sees_members: bool = True) -> WhyNot:
        """Follow one target through every stage. Raises as `answer` does, and TargetNotFound."""
        _check_position(request, snapshot)
        policy = self.policy_of(request)
        subject = self._subject(request, snapshot)
        target = stored_target(target_id, snapshot)
        behaviour = self._behaviour(request, subject)
        prepared = self.prepared(request, subject, snapshot, policy, sees_members=sees_members, behaviour=behaviour)
        floor = floor_of(request, policy, prepared, target)
        found = why(prepared, snapshot, target_id, limit=request.limit, floor=floor)
        return WhyNot(subject=subject, why=found, snapshot=snapshot, policy=policy, priors=behaviour.priors)

    def kind_of(self, target_id: str, snapshot: Snapshot) -> Kind:
        """The kind of a stored profile. Raises TargetNotFound."""
        return stored_target(target_id, snapshot).attributes.kind

    def policy_of(self, request: MatchRequest) -> RankingPolicy:
        """The policy that the request names, else the active one. Raises PolicyNotFound."""
        return self._policies.active if request.policy is None else self._policies.named(request.policy)

    def prepared(
        self,
        request: MatchRequest,
        subject: Subject,
        snapshot: Snapshot,
        policy: RankingPolicy,
        *,
        sees_members: bool = True,
        behaviour: Behaviour = NO_BEHAVIOUR,
    ) -> Prepared:
        """A request's question about a subject, to be scored by a policy."""
        scope = Scope(
            target_kinds=request.target_kinds,
            filters=request.filters,
            rules=request.rules,
            as_of=request.as_of,
            sees_members=sees_members,
        )
        return prepare(subject, scope, snapshot, self._books.book(policy, snapshot.chance), request.fusion, behaviour)

    def _behaviour(self, request: MatchRequest, subject: Subject) -> Behaviour:
        return Behaviour.of(self._priors(), subject, self._prior_book, is_personalised=request.personalised)

    def warm(self, policy: RankingPolicy) -> None:
        """Make a policy ready to rank, so that the first request it answers is as quick as the next."""
        self._books.warm(policy, self.current.chance)

    def _subject(self, request: MatchRequest, snapshot: Snapshot) -> Subject:
        subject = self._any_subject(request, snapshot)
        return subject if request.personalised else without_behaviour(subject)

    def _any_subject(self, request: MatchRequest, snapshot: Snapshot) -> Subject:
        if request.subject_id is not None:
            return self.asking(request.subject_id, snapshot)
        if request.profile is not None:
            return self._passing(request.profile)
        assert request.text is not None  # the contract allows exactly one of the three
        return self._passing(_profile_of(request.text), is_query=True)

    def asking(self, profile_id: str, snapshot: Snapshot) -> Subject:
        """A stored profile as one who asks: it knows whom it was introduced to. Raises SubjectNotFound."""
        return replace(stored_subject(profile_id, snapshot), introduced=self._introduced_to(profile_id))

    def _passing(self, profile: Profile, *, is_query: bool = False) -> Subject:
        """A profile that is asked about and not kept."""
        profile = unnamed(profile)
        texts = profile_texts(profile)
        entry = profile_entry("", 0, profile, profile_language(profile, texts))
        return Subject(
            profile_id=None, entry=entry, texts=self._indexer.passing_texts(texts, entry.language, is_query=is_query)
        )


def floor_of(request: MatchRequest, policy: RankingPolicy, prepared: Prepared, target: Entry) -> float:
    """The score below which a target is not returned."""
    if request.floor is not None:
        return request.floor
    return policy.floor_of(prepared.scorer.readings.of(target.language is Language.CHINESE))


def _check_position(request: MatchRequest, snapshot: Snapshot) -> None:
    if request.min_feed_seq is not None and request.min_feed_seq > snapshot.feed_seq:
        raise SnapshotBehind(
            f"The matcher has read the feed to {snapshot.feed_seq}; min_feed_seq asks for {request.min_feed_seq}, "
            f"{request.min_feed_seq - snapshot.feed_seq} further. Ask again, or without min_feed_seq."
        )


def _profile_of(inline: InlineText) -> Profile:
    """Free text as a profile of its kind: the text is the description, its beginning the title."""
    fields = {
        "source": "inline",
        "external_id": "text",
        "title": inline.text[:_TITLE_LENGTH].strip(),
        "description": inline.text,
        "language": inline.language,
    }
    return PROFILE_TYPES[inline.kind].model_validate(fields)  # type: ignore[return-value] # one of the union's members
