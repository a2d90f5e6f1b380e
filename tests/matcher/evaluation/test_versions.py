"""What an evaluation says it stood on."""

import re
from collections.abc import Mapping
from dataclasses import replace

from services.matcher.evaluation.rankers import RandomRanker
from services.matcher.evaluation.versions import code_version, set_digest, versions_of
from tests.matcher.evaluation.sets import make_judged_set


class Served:
    """Says what it stands on."""

    @property
    def versions(self) -> Mapping[str, str]:
        """A revision."""
        return {"policy": "one"}


def test_digest_is_of_the_content_and_not_of_the_name() -> None:
    judged = make_judged_set()
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", set_digest(judged))
    assert set_digest(judged) == set_digest(replace(judged, name="another", warnings=("odd",)))


def test_digest_changes_with_anything_that_a_score_depends_on() -> None:
    judged = make_judged_set()
    others = [
        make_judged_set(qrels={"q1": {"t1": 2, "t2": 1}, "q2": {"t5": 1}}),
        make_judged_set(ignore={"q1": {"t3"}}),
        make_judged_set(targets=[{"id": "t1", "title": "Another"}]),
        replace(judged, subjects=judged.subjects[:1]),
    ]
    assert len({set_digest(one) for one in [judged, *others]}) == 5


def test_code_version_names_the_release_and_a_digest_of_the_code() -> None:
    assert re.fullmatch(r"[0-9][^+]*\+[0-9a-f]{8}", code_version())
    assert code_version() == code_version()


def test_ranking_says_what_it_stands_on_or_nothing() -> None:
    assert versions_of(Served()) == {"policy": "one"}
    assert versions_of(RandomRanker(["a"])) == {}
