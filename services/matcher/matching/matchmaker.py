"""Answers match requests: resolves the subject, runs the pipeline on one snapshot."""

from dataclasses import dataclass

from services.matcher.domain.texts import ProfileTexts, profile_texts
from services.matcher.embedding.encoder import Encoder
from services.matcher.matching.indexing import Indexer, profile_language, text_language
from services.matcher.matching.pipeline import Ranking, Scope, match
from services.matcher.matching.policies import TEXT_POLICY, RankingPolicy
from services.matcher.matching.subject import Subject, subject_of
from services.matcher.retrieval.publisher import Publisher
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.matches import InlineText, MatchRequest
from shared.contracts.problems import FieldProblem
from shared.contracts.profiles import Profile
from shared.kit.errors import NotFound, Unavailable


class SubjectNotFound(NotFound):
    """No active profile has this id, or the matcher has not read it from the feed yet."""

    code = "subject_not_found"


class SnapshotBehind(Unavailable):
    """The feed has not been read as far as the request asks."""

    code = "snapshot_behind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A ranking and the versions that make it repeatable."""

    ranking: Ranking
    snapshot: Snapshot
    policy: RankingPolicy


class Matchmaker:
    """Stateless but for what it is given; safe in any number of threads."""

    def __init__(
        self, *, publisher: Publisher, indexer: Indexer, encoder: Encoder, policy: RankingPolicy = TEXT_POLICY
    ) -> None:
        """`indexer` embeds inline subjects; `encoder` says which languages the model reads."""
        self._publisher = publisher
        self._indexer = indexer
        self._languages = encoder.languages
        self._policy = policy

    @property
    def current(self) -> Snapshot:
        """The snapshot that a request beginning now would read."""
        return self._publisher.current

    def answer(self, request: MatchRequest, snapshot: Snapshot) -> Answer:
        """Match one request on a snapshot. Raises SubjectNotFound, SnapshotBehind."""
        if request.min_feed_seq is not None and request.min_feed_seq > snapshot.feed_seq:
            raise SnapshotBehind(
                f"The matcher has read the feed to {snapshot.feed_seq}; min_feed_seq asks for {request.min_feed_seq}."
            )
        subject = self._subject(request, snapshot)
        scope = Scope(target_kinds=request.target_kinds, filters=request.filters, limit=request.limit)
        ranking = match(subject, scope, snapshot, self._policy, self._languages)
        return Answer(ranking=ranking, snapshot=snapshot, policy=self._policy)

    def _subject(self, request: MatchRequest, snapshot: Snapshot) -> Subject:
        if request.subject_id is not None:
            return stored_subject(request.subject_id, snapshot)
        if request.profile is not None:
            return self._inline_profile(request.profile)
        assert request.text is not None  # the contract allows exactly one of the three
        return self._inline_text(request.text)

    def _inline_profile(self, profile: Profile) -> Subject:
        texts = profile_texts(profile)
        return subject_of(texts, profile_language(profile, texts), self._indexer.text_vector(texts))

    def _inline_text(self, inline: InlineText) -> Subject:
        texts = ProfileTexts(title="", common=(inline.text,), offers=(), needs=(), tags=(), history=())
        language = inline.language or text_language(inline.text)
        return subject_of(texts, language, self._indexer.text_vector(texts))


def stored_subject(profile_id: str, snapshot: Snapshot) -> Subject:
    """A profile of the snapshot as a subject; nothing is embedded. Raises SubjectNotFound."""
    found = snapshot.find(profile_id)
    if found is None:
        raise SubjectNotFound(
            f"subject_id: no active profile {profile_id!r}. Check the id, or register the profile with the catalog "
            "and wait until the matcher has read it.",
            errors=(FieldProblem(field="subject_id", message="unknown", fix="Use the id the catalog answered with."),),
        )
    segment, row = found
    entry = segment.entries[row]
    return subject_of(profile_texts(entry.profile()), entry.language, segment.dense.vectors[row], profile_id)
