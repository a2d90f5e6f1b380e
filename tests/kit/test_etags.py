"""Entity tags of revisions against If-Match and If-None-Match."""

import pytest

from shared.kit.errors import PreconditionFailed, PreconditionRequired
from shared.kit.etags import is_fresh, require_match, revision_etag


@pytest.mark.parametrize("header", ['"3"', '"1", "3"', "*"])
def test_current_revision_matches(header: str) -> None:
    require_match(header, 3)


@pytest.mark.parametrize("header", ['"2"', "3", 'W/"3"', "", "\x00", '"33"'])
def test_other_revision_fails_and_names_the_current_one(header: str) -> None:
    with pytest.raises(PreconditionFailed) as failure:
        require_match(header, 3)
    assert failure.value.headers == {"ETag": '"3"'}


def test_missing_if_match_is_asked_for() -> None:
    with pytest.raises(PreconditionRequired):
        require_match(None, 3)


def test_copy_is_fresh_by_weak_comparison() -> None:
    assert is_fresh(f"W/{revision_etag(3)}", 3)
    assert not is_fresh('"2"', 3)
    assert not is_fresh(None, 3)
