"""Policies as documents: inheritance, round trips, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.matcher.policies.documents import FaultyPolicy, document_of, policy_of
from services.matcher.scoring.shipped import BASE, SHIPPED_POLICY
from shared.contracts.policies import FusionWeights, PolicyDocument, SignalWeight
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Fusion, Signal

weights = st.dictionaries(
    st.sampled_from(Signal),
    st.builds(
        SignalWeight,
        weight=st.floats(0.001, 10),
        neutral=st.floats(0, 1),
        half=st.none() | st.floats(0.01, 10),
    ),
    min_size=1,
)


def document(**fields: object) -> PolicyDocument:
    return PolicyDocument.model_validate({"base": SHIPPED_POLICY.revision, **fields})


def test_an_empty_document_is_its_base_under_another_name() -> None:
    policy = policy_of(document(), SHIPPED_POLICY, "same-1")
    assert policy.revision == "same-1"
    assert policy.directed == SHIPPED_POLICY.directed
    assert policy.base == SHIPPED_POLICY.base


def test_named_signals_take_the_place_of_the_bases_and_the_rest_is_scaled() -> None:
    # words .11 of 1.00 becomes 1.28, responsiveness .01 goes: all positive weights are divided by 2.16.
    policy = policy_of(
        document(directed={"project>investor": {"words": {"weight": 1.28, "half": 0.25}, "responsiveness": None}}),
        SHIPPED_POLICY,
        "words-1",
    )
    signals = policy.needs_of(Kind.PROJECT, Kind.INVESTOR).signals
    assert Signal.RESPONSIVENESS not in signals
    assert signals[Signal.WORDS].weight == pytest.approx(1.28 / 2.16)
    assert signals[Signal.REGION].weight == pytest.approx(0.085 / 2.16)
    assert signals[Signal.UNKNOWN_RULES].weight == -0.06
    assert policy.needs_of(Kind.INVESTOR, Kind.PROJECT) == SHIPPED_POLICY.needs_of(Kind.INVESTOR, Kind.PROJECT)


def test_a_direction_the_base_does_not_name_starts_from_its_weights_for_everyone() -> None:
    policy = policy_of(
        document(directed={"project>pilot_platform": {"region": {"weight": 0.5}}}), SHIPPED_POLICY, "near-1"
    )
    near = policy.needs_of(Kind.PROJECT, Kind.PILOT_PLATFORM)
    assert set(near.signals) == set(BASE.signals)
    assert policy.needs_of(Kind.PILOT_PLATFORM, Kind.PROJECT) == SHIPPED_POLICY.base


def test_fusion_and_thresholds_are_taken_over() -> None:
    policy = policy_of(
        document(floor=0.2, high=0.8, fusions={"investor+project": {"fusion": "minimum"}}), SHIPPED_POLICY, "strict-1"
    )
    assert (policy.floor, policy.high, policy.medium) == (0.2, 0.8, SHIPPED_POLICY.medium)
    assert policy.fusion_of(Kind.PROJECT, Kind.INVESTOR).fusion is Fusion.MINIMUM
    assert policy.fusion_of(Kind.PROJECT, Kind.RD_DEMAND).fusion is Fusion.HARMONIC


@given(weights, weights, st.sampled_from(["project>investor", "rd_demand>project", "scenario>project"]))
def test_a_policy_survives_its_document(
    everywhere: dict[Signal, SignalWeight], directed: dict[Signal, SignalWeight], direction: str
) -> None:
    made = policy_of(
        PolicyDocument(base=SHIPPED_POLICY.revision, everywhere=everywhere, directed={direction: directed}),
        SHIPPED_POLICY,
        "made-1",
    )
    again = policy_of(document_of(made, SHIPPED_POLICY), SHIPPED_POLICY, "made-1")
    for pair in made.directed:
        one, other = made.directed[pair].signals, again.directed[pair].signals
        assert one.keys() == other.keys()
        assert all(one[signal].weight == pytest.approx(other[signal].weight, rel=1e-12) for signal in one)
    assert made.fusions == again.fusions


def test_the_document_of_the_shipped_policy_is_readable_json_and_comes_back() -> None:
    text = document_of(SHIPPED_POLICY, SHIPPED_POLICY).model_dump_json(exclude_none=True)
    assert '"project>investor":{"activity":{"weight":0.245' in text
    assert PolicyDocument.model_validate_json(text).directed["project>investor"][Signal.WORDS] is not None


def test_a_direction_without_a_positive_weight_is_refused_by_name() -> None:
    nothing = {signal.value: None for signal in SHIPPED_POLICY.needs_of(Kind.PROJECT, Kind.INVESTOR).signals}
    with pytest.raises(FaultyPolicy) as refused:
        policy_of(document(directed={"project>investor": nothing}), SHIPPED_POLICY, "none-1")
    assert refused.value.errors[0].field == "directed.project>investor"


def test_bands_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(FaultyPolicy, match="medium"):
        policy_of(document(medium=0.9, high=0.5), SHIPPED_POLICY, "odd-1")


@pytest.mark.parametrize(
    "fields",
    [
        {"directed": {"project>investor": {"wordz": {"weight": 1}}}},
        {"directed": {"project-investor": {}}},
        {"directed": {"project>investor": {"words": {"weight": float("nan")}}}},
        {"fusions": {"project>investor": {}}},
        {"floor": 1.5},
        {"unknown": 1},
    ],
    ids=["signal", "direction", "nan", "pair", "floor", "field"],
)
def test_what_is_not_in_the_contract_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        document(**fields)


def test_fusion_weights_default_to_two_equal_sides() -> None:
    assert FusionWeights().first_weight == 0.5
