"""Which pairs are not proposed again, in whatever order and how often changes are told."""

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.introductions.pairs import SUPPRESSING, IntroducedPairs, KnownIntroduction
from shared.contracts.introductions import IntroductionState

TARGETS = {"i1": "b", "i2": "b", "i3": "c"}
changes = st.lists(
    st.tuples(st.sampled_from(sorted(TARGETS)), st.integers(1, 6), st.sampled_from(IntroductionState), st.booleans()),
    max_size=20,
    unique_by=lambda one: one[:2],
).map(
    lambda told: [
        KnownIntroduction(
            introduction_id=name, revision=revision, subject_id="a", target_id=TARGETS[name], state=state, is_told=heard
        )
        for name, revision, state, heard in told
    ]
)


def known(state: str, revision: int = 1, introduction_id: str = "i1", *, is_told: bool = True) -> KnownIntroduction:
    return KnownIntroduction(
        introduction_id=introduction_id,
        revision=revision,
        subject_id="a",
        target_id="b",
        state=IntroductionState(state),
        is_told=is_told,
    )


def test_pending_declined_met_and_withdrawn_are_left_out_for_both_sides() -> None:
    for state in ("requested", "accepted", "declined", "introduced", "met", "pilot", "none", "closed", "withdrawn"):
        pairs = IntroducedPairs()
        pairs.take([known(state)])
        assert (set(pairs.others_of("a")), set(pairs.others_of("b"))) == ({"b"}, {"a"})


def test_drafts_and_expired_requests_are_proposed() -> None:
    pairs = IntroducedPairs()
    for revision, state in enumerate(("draft", "requested", "expired"), start=1):
        pairs.take([known(state, revision)])
        assert bool(pairs.others_of("a")) is (state == "requested")


def test_request_that_its_target_has_not_heard_of_shows_in_no_list_of_the_target() -> None:
    pairs = IntroducedPairs()
    pairs.take([known("in_review", is_told=False)])
    assert (set(pairs.others_of("a")), set(pairs.others_of("b"))) == ({"b"}, set())


def test_earlier_introduction_that_was_declined_still_counts_when_a_later_one_expires() -> None:
    pairs = IntroducedPairs()
    pairs.take([known("declined"), known("requested", 1, "i2"), known("expired", 2, "i2")])
    assert pairs.others_of("a") == {"b"}


@given(told=changes, data=st.data())
def test_newest_revisions_decide_whatever_the_order_and_the_repetitions(
    told: list[KnownIntroduction], data: st.DataObject
) -> None:
    pairs = IntroducedPairs()
    newest = {one.introduction_id: one for one in sorted(told, key=lambda one: one.revision)}
    for one in [*data.draw(st.permutations(told)), *told]:
        pairs.take([one])
    expected = {one.target_id for one in newest.values() if one.state in SUPPRESSING}
    assert pairs.others_of("a") == expected
    for target in ("b", "c"):
        is_told = any(one.target_id == target and one.state in SUPPRESSING and one.is_told for one in newest.values())
        assert bool(pairs.others_of(target)) is is_told
