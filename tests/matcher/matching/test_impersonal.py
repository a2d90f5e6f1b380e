"""`personalised=false`: what the reader did before changes nothing, and what it states still counts."""

from typing import Any

from services.matcher.matching.eligible import Scope
from services.matcher.matching.impersonal import BEHAVIOURAL_SIGNALS, without_behaviour
from services.matcher.matching.indexing import Indexer
from services.matcher.matching.stored import stored_subject
from shared.contracts.kinds import Kind
from shared.contracts.vocabularies import Signal
from tests.factories import make_investor, make_project
from tests.matcher.matching.cases import case_of

PROJECTS = Scope(target_kinds=(Kind.PROJECT,))
RECORD = {
    "total": 40,
    "last_date": "2026-05",
    "sector_counts": {"energy": 30},
    "stage_counts": {"seed_angel": 30},
    "response_rate": 0.9,
    "items": [{"title": "Alder Grid"}, {"title": "Borea"}],
}


def test_no_signal_of_a_reader_is_measured_on_its_record(shared_indexer: Indexer) -> None:
    reader = make_investor(sectors=["energy"], track_record=RECORD)
    project = make_project(title="Alder Grid", sectors=["energy"], company_stage="seed_angel")
    case = case_of(shared_indexer, [reader, project])

    def behavioural(is_personalised: bool) -> set[Signal]:
        subject = stored_subject("p0", case.snapshot)
        [scored] = case.ranking(subject if is_personalised else without_behaviour(subject), 1).matches
        parts = (*scored.forward.parts, *scored.backward.parts)
        return {part.signal for part in parts if not part.is_missing} & BEHAVIOURAL_SIGNALS

    assert behavioural(is_personalised=True) >= {Signal.STAGE_SHARE, Signal.KINDRED_SECTORS}
    assert behavioural(is_personalised=False) == set()


def test_backers_that_others_name_are_forgotten_too(shared_indexer: Indexer) -> None:
    backer, kin = make_investor(track_record=RECORD), make_investor(track_record={"items": [{"title": "Borea"}]})
    case = case_of(shared_indexer, [make_project(title="Alder Grid"), backer, kin])
    subject = without_behaviour(stored_subject("p0", case.snapshot))
    for scored in case.ranking(subject, 9).matches:
        parts = {part.signal: part.is_missing for part in (*scored.forward.parts, *scored.backward.parts)}
        assert parts[Signal.CO_INVESTMENT] and parts[Signal.ALREADY_BACKED]


def test_reader_counts_as_if_it_had_never_had_a_record(shared_indexer: Indexer) -> None:
    stated: dict[str, Any] = {"sectors": ["energy"], "stages": ["seed_angel"], "thesis": "Storage for the grid."}
    with_record, without = make_investor(**stated, track_record=RECORD), make_investor(**stated)
    case = case_of(shared_indexer, [with_record, without, make_project(title="Alder Grid", sectors=["energy"])])
    one, other = (without_behaviour(stored_subject(name, case.snapshot)) for name in ("p0", "p1"))
    assert one.entry.attributes == other.entry.attributes and one.entry.facts == other.entry.facts
    assert one.texts.offer_terms == other.texts.offer_terms
    scores = [[match.score for match in case.ranking(subject, 1, PROJECTS).matches] for subject in (one, other)]
    assert scores[0] == scores[1]
