"""Whatever is explained, an anonymous side's organisation is not written out."""

import pytest

from services.matcher.explain.explanation import EvidenceReader, explain
from shared.contracts.explanations import Explanation, Side
from shared.contracts.profiles import Profile
from shared.contracts.rules import Rule
from shared.contracts.vocabularies import Explain, Signal
from tests.factories import make_demand, make_project
from tests.matcher.explain.pairs import judged, make_party, of_values, own_judgements

CANARY = "Canary Metallurgy (fictional)"
ALL_SIGNALS = of_values(dict.fromkeys(Signal, 1.0))
ASKING = Rule.model_validate({"condition": {"op": "overlaps", "attribute": "keyword", "values": ["sealing rings"]}})
OWN_RULE = {
    "condition": {"op": "not_in", "attribute": "keyword", "values": [CANARY]},
    "label": f"No copies of {CANARY}",
}


def hiding(visibility: str = "anonymous") -> Profile:
    """A demand whose texts, tags, needs and rules all name its organisation."""
    return make_demand(
        organisation=CANARY,
        visibility=visibility,
        summary=f"{CANARY} runs ceramic kilns. Ceramic kilns need sealing rings for 900 degrees.",
        keywords=[CANARY, "sealing rings"],
        needs=[{"text": f"Sealing rings for the kilns of {CANARY}"}, {"text": "Sealing rings for ceramic kilns"}],
        offers=[{"text": f"Kiln hours at {CANARY.upper()}"}, {"text": "Kiln hours for sealing rings"}],
        technical_requirements=[f"Drawings of {CANARY} apply"],
        track_record={"total": 3, "sector_counts": {CANARY: 2}, "region_counts": {CANARY: 1}},
        rules=[OWN_RULE],
    )


def explained(demand: Profile, *, is_subject: bool) -> Explanation:
    """A full explanation of the demand and a project that speaks of the same."""
    project = make_project(
        keywords=["sealing rings"],
        needs=[{"text": "Kiln hours to try sealing rings"}],
        offers=[{"text": "Sealing rings for ceramic kilns at 900 degrees"}],
    )
    subject, target = (demand, project) if is_subject else (project, demand)
    sides = make_party(subject), make_party(target, Side.TARGET)
    judgements = [*own_judgements(*sides), *own_judgements(sides[1], sides[0]), *judged([ASKING], sides[1])]
    return explain(*sides, ALL_SIGNALS, ALL_SIGNALS, judgements=judgements, level=Explain.FULL, reader=EvidenceReader())


@pytest.mark.parametrize("is_subject", [True, False])
def test_no_part_of_an_explanation_names_the_hidden_organisation(is_subject: bool) -> None:
    seen = explained(hiding(), is_subject=is_subject)
    assert "canary" not in seen.model_dump_json().lower()
    needs = seen.subject_needs if is_subject else seen.target_needs
    assert [need.need.text for need in needs] == ["Sealing rings for ceramic kilns"]


@pytest.mark.parametrize("is_subject", [True, False])
def test_the_same_texts_are_shown_where_nothing_is_hidden(is_subject: bool) -> None:
    assert CANARY in explained(hiding("public"), is_subject=is_subject).model_dump_json()


def test_a_keyword_that_names_the_hidden_organisation_is_not_told_as_shared() -> None:
    rival = make_party(make_project(keywords=[CANARY, "sealing rings"]))
    told = explain(rival, make_party(hiding(), Side.TARGET), ALL_SIGNALS, ALL_SIGNALS)
    assert "canary" not in told.model_dump_json().lower()
    tags = of_values({Signal.TAGS: 1.0})
    [reason] = explain(rival, make_party(hiding(), Side.TARGET), tags, tags).for_subject
    assert reason.text.en == "Shared keywords: sealing rings"


def test_a_guess_at_the_hidden_organisation_is_answered_like_any_other() -> None:
    texts = []
    for guess in (CANARY, "Another Firm (fictional)"):
        subject, target = make_party(make_project()), make_party(hiding(), Side.TARGET)
        rule = {"condition": {"op": "in", "attribute": "organisation", "values": [guess]}}
        judgements = judged([Rule.model_validate(rule)], target)
        seen = explain(subject, target, of_values({}), of_values({}), judgements=judgements, level=Explain.FULL)
        assert seen.next_question is None
        texts.append(seen.rules[0].text.en.replace(guess, "..."))
    assert texts[0] == texts[1]
    assert texts[0].endswith("Not shown: the demand stays anonymous.")
