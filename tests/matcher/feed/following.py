"""A matcher put together by the bootstrap, whose follower the test moves by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.matcher.bootstrap import Matcher, build_matcher
from services.matcher.matching.pipeline import Ranking
from services.matcher.matching.stored import stored_subject
from services.matcher.settings import MatcherSettings
from tests.matcher.encoders import HashingEncoder
from tests.matcher.profile_collections import make_book, rank


@contextmanager
def restored_matcher(
    feed_url: str, database_url: str, folder: Path, encoder: HashingEncoder, *, page_size: int = 256
) -> Iterator[Matcher]:
    """A matcher that serves what its store holds and has asked the feed for nothing yet."""
    settings = MatcherSettings(
        catalog_url=feed_url,
        database_url=database_url,
        data_directory=folder,
        feed_page_size=page_size,
        feed_wait_seconds=0.2,
    )
    matcher = build_matcher(settings, lambda _settings: encoder)
    matcher.follower.restore()
    yield matcher
    matcher.close()


def follow(matcher: Matcher) -> None:
    """Read the feed to its end."""
    while matcher.follower.follow_once(wait=False):
        pass


def answers(matcher: Matcher) -> dict[str, Ranking]:
    """The whole ranking of every third profile."""
    snapshot = matcher.publisher.current
    book = make_book(snapshot)
    askers = sorted(entry.profile_id for entry in snapshot.entries())[::3]
    return {asker: rank(stored_subject(asker, snapshot), snapshot, 200, book=book) for asker in askers}


def held(matcher: Matcher) -> dict[str, int]:
    """Revision by profile id of what is served."""
    return {entry.profile_id: entry.revision for entry in matcher.publisher.current.entries()}
