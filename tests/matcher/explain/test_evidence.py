"""Evidence: exact spans, and the passage that holds most of what a need tells."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.explain.answers_by_meaning import MOST_EMBEDDED
from services.matcher.explain.explanation import EvidenceReader, explain
from services.matcher.explain.passages import MOST_NEEDS, MOST_SENTENCES
from services.matcher.explain.sentences import LONGEST_WINDOW, sentences, windows
from services.matcher.explain.telling_terms import TermWeights
from services.matcher.retrieval.terms import TermStatistics, Vocabulary
from shared.contracts.explanations import Explanation, Side, Span
from shared.contracts.profiles import Profile
from shared.contracts.vocabularies import Explain, Language
from tests.factories import make_demand, make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.explain.pairs import NO_SIGNALS, make_party
from tests.matcher.profile_strategies import profiles


def read(
    subject: Profile, target: Profile, reader: EvidenceReader | None = None, language: Language = Language.ENGLISH
) -> Explanation:
    """A full explanation without signals."""
    sides = make_party(subject, language=language), make_party(target, Side.TARGET, language)
    return explain(*sides, NO_SIGNALS, NO_SIGNALS, level=Explain.FULL, reader=reader or EvidenceReader())


def field_value(profile: Profile, path: str) -> str:
    """What stands at a field's path."""
    value: Any = profile.model_dump()
    for step in path.split("."):
        value = value[int(step)] if step.isdigit() else value[step]
    return str(value)


def test_the_passage_that_holds_most_of_a_need_is_shown() -> None:
    demand = make_demand(needs=[{"text": "Ceramic sealing rings for kilns", "weight": 3}])
    project = make_project(
        summary="We make rings. Our ceramic sealing rings keep kilns tight! Offices are in Hefei.",
        offers=[{"text": "Advice on rings"}],
    )
    [need] = read(demand, project).subject_needs
    # ceramic, seal, ring, kiln: all four are in the second sentence.
    assert (need.weight, need.coverage, need.similarity) == (3.0, 1.0, None)
    assert need.need == Span(field="needs.0.text", start=0, end=31, text="Ceramic sealing rings for kilns")
    assert need.offer is not None
    assert (need.offer.field, need.offer.start, need.offer.end) == ("summary", 15, 58)
    assert need.offer.text == "Our ceramic sealing rings keep kilns tight!"


def test_a_chinese_need_is_answered_by_a_chinese_sentence() -> None:
    demand = make_demand(needs=[{"text": "舱级早期告警"}])
    project = make_project(summary="我们做传感器。可在开阀前给出舱级早期告警；误报很少。")
    [need] = read(demand, project, language=Language.CHINESE).subject_needs
    assert need.offer is not None
    assert need.offer.text == "可在开阀前给出舱级早期告警；"
    assert need.coverage == 1.0


def test_a_chinese_need_is_answered_by_an_english_sentence_and_the_other_way_round() -> None:
    demand = make_demand(title="需求", needs=[{"text": "耐高温陶瓷密封环"}])
    project = make_project(
        title="Rings",
        summary="Offices are in Hefei. Our ceramic sealing rings are heat-resistant. We travel.",
        needs=[{"text": "A customer for thermal imaging of batteries"}],
    )
    sides = make_party(demand, language=Language.CHINESE), make_party(project, Side.TARGET, Language.ENGLISH)
    found = explain(*sides, NO_SIGNALS, NO_SIGNALS, level=Explain.FULL, reader=EvidenceReader())
    [need] = found.subject_needs
    assert need.offer is not None
    assert need.offer.text == "Our ceramic sealing rings are heat-resistant."
    offering = make_project(title="项目", summary="团队在合肥。电池热成像检测，分辨率高。")
    sides = make_party(project, language=Language.ENGLISH), make_party(offering, Side.TARGET, Language.CHINESE)
    [asked] = explain(*sides, NO_SIGNALS, NO_SIGNALS, level=Explain.FULL, reader=EvidenceReader()).subject_needs
    assert asked.offer is not None
    assert asked.offer.text == "电池热成像检测，分辨率高。"


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    statistics = TermStatistics(Vocabulary.of(["system", "anod"]), np.array([0.1, 3.0], dtype=np.float32), 100, 10.0)
    demand = make_demand(needs=[{"text": "anode system"}])
    project = make_project(offers=[{"text": "A system of valves"}, {"text": "An anode of silicon"}])
    [need] = read(demand, project, EvidenceReader(statistics=statistics)).subject_needs
    assert need.offer is not None
    assert need.offer.text == "An anode of silicon"
    assert need.coverage == round(3.0 / 3.1, 4)


def test_a_title_is_shown_only_where_nothing_better_is_found() -> None:
    demand = make_demand(needs=[{"text": "ceramic sealing rings"}])
    title = "Ceramic sealing rings"
    [bare] = read(demand, make_project(title=title, summary="We travel.")).subject_needs
    assert bare.offer == Span(field="title", start=0, end=len(title), text=title)
    [better] = read(demand, make_project(title=title, summary="Rings that seal, ceramic ones.")).subject_needs
    assert better.offer is not None
    assert better.offer.field == "summary"


def test_no_passage_is_shown_where_none_speaks_of_the_need() -> None:
    demand = make_demand(needs=[{"text": "Ceramic sealing rings for kilns"}])
    [need] = read(demand, make_project(summary="Vaccines for cattle.")).subject_needs
    assert (need.offer, need.coverage) == (None, 0.0)


def test_one_common_word_of_many_is_no_answer() -> None:
    demand = make_demand(needs=[{"text": "Rounds above eight million dollars"}])
    # One of five words: round, above, eight, million, dollar.
    [need] = read(demand, make_project(summary="A round trip of heat.")).subject_needs
    assert (need.offer, need.coverage) == (None, 0.2)


def test_amounts_alone_are_no_answer_but_a_standards_number_is() -> None:
    project = make_project(offers=[{"text": "Weighs 20 kilograms"}, {"text": "Tested to 36276"}])
    demand = make_demand(needs=[{"text": "Report under 36276"}, {"text": "Budget of 20 millions"}])
    standard, amount = read(demand, project).subject_needs
    assert standard.offer is not None
    assert amount.offer is None


def test_the_most_telling_sentences_stand_for_needs_that_are_not_stated() -> None:
    problem = " ".join(f"Line {name} stops when bearings of {name} wear." for name in "abcdefgh")
    needs = read(make_demand(title="Bearings", problem=problem), make_project()).subject_needs
    assert len(needs) == MOST_SENTENCES
    assert all(need.need.field == "problem" and need.weight == 1.0 for need in needs)
    assert [need.need.start for need in needs] == sorted(need.need.start for need in needs)


def test_only_the_weightiest_of_many_needs_are_shown() -> None:
    stated = [{"text": f"Need {number}", "weight": number + 1} for number in range(12)]
    needs = read(make_demand(needs=stated), make_project()).subject_needs
    assert [need.weight for need in needs] == [float(weight) for weight in range(13 - MOST_NEEDS, 13)]


def test_a_model_finds_what_no_word_shares() -> None:
    class Synonyms(HashingEncoder):
        """Reads a rock as a stone."""

        def encode(self, texts: Any, progress: Any = lambda _: None) -> Any:
            return super().encode([text.lower().replace("rock", "stone") for text in texts], progress)

    demand, project = (
        make_demand(needs=[{"text": "grey rock"}]),
        make_project(offers=[{"text": "grey-ish"}, {"text": "Grey stone"}]),
    )
    other = make_project(offers=[{"text": "stone"}])
    encoder = Synonyms()
    [need] = read(make_demand(needs=[{"text": "rock"}]), other, EvidenceReader(encoder=encoder)).subject_needs
    assert need.offer is not None
    assert (need.offer.text, need.coverage) == ("stone", 0.0)
    assert need.similarity == 1.0
    [by_words] = read(demand, project, EvidenceReader(encoder=encoder)).subject_needs
    assert by_words.similarity is None


def test_a_model_is_not_asked_about_a_language_that_it_does_not_read() -> None:
    encoder = HashingEncoder()
    demand, project = make_demand(needs=[{"text": "石头"}]), make_project(offers=[{"text": "岩石"}])
    read(demand, project, EvidenceReader(encoder=encoder), language=Language.CHINESE)
    assert encoder.encoded == []


def test_few_passages_are_embedded_and_all_in_one_batch() -> None:
    encoder = HashingEncoder()
    demand = make_demand(needs=[{"text": "Ceramic kilns"}])
    project = make_project(summary=" ".join(f"Cattle number {number} is healthy." for number in range(100)))
    read(demand, project, EvidenceReader(encoder=encoder))
    assert len([text for text in encoder.encoded if text.startswith("Cattle")]) <= MOST_EMBEDDED


def test_a_number_of_no_document_weighs_as_the_rarest_term() -> None:
    statistics = TermStatistics(Vocabulary.of([]), np.array([], dtype=np.float32), 10, 1.0)
    # ln(1 + (10 + .5) / .5) = ln 22
    assert TermWeights(statistics=statistics).of_text("anode") == {"anod": float(np.log(22))}


def test_sentences_end_where_people_end_them() -> None:
    text = "Costs 0.5 USD, e.g. for valves. Is it new? 第一句。第二句！End"
    assert [text[start:end] for start, end in sentences(text)] == [
        "Costs 0.5 USD, e.g. for valves.",
        "Is it new?",
        "第一句。",
        "第二句！",
        "End",
    ]


texts = st.text(alphabet=st.sampled_from("ab 1.,;!?。；！，\n\t中文字"), max_size=900) | st.text(max_size=700)


@given(texts)
def test_windows_are_exact_trimmed_short_and_leave_no_word_out(text: str) -> None:
    for start, end in windows(text):
        assert 0 <= start < end <= len(text)
        assert end - start <= LONGEST_WINDOW
        assert text[start:end] == text[start:end].strip()
    covered = "".join(text[start:end] for start, end in sentences(text))
    assert "".join(covered.split()) == "".join(text.split())


@given(profiles, profiles, texts)
def test_every_span_is_a_stretch_of_the_field_that_it_names(subject: Profile, target: Profile, text: str) -> None:
    subject = subject.model_copy(update={"description": text.strip()})
    seen = read(subject, target)
    for owner, other, needs in ((subject, target, seen.subject_needs), (target, subject, seen.target_needs)):
        for need in needs:
            spans = [(owner, need.need), *([(other, need.offer)] if need.offer else [])]
            for profile, span in spans:
                assert field_value(profile, span.field)[span.start : span.end] == span.text
            assert 0 <= need.coverage <= 1
    assert read(subject, target) == seen
