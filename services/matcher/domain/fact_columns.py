"""Facts of many profiles as columns, one row a document, so that signals are measured over all at once; pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from services.matcher.domain.facts import LADDER, Bounds, ProfileFacts, RecordFacts
from services.matcher.domain.places import PlaceColumns, place_columns
from services.matcher.domain.sectors import SectorColumns, sector_columns, sector_index
from shared.contracts.vocabularies import CompanyStage

FloatVector = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class WordPostings:
    """Numbers by word: the rows that carry the word and what each carries."""

    rows: Mapping[str, Rows]
    values: Mapping[str, FloatVector]
    totals: FloatVector = field(repr=False)
    """(size,): what a row carries over all words; nought where it carries none."""

    def sums(self, words: Mapping[str, float] | Iterable[str]) -> FloatVector:
        """Per row the sum over the words of what it carries, times the word's own number where one is given."""
        sums = np.zeros(len(self.totals), dtype=np.float32)
        weights = words if isinstance(words, Mapping) else dict.fromkeys(words, 1.0)
        for word in sorted(weights):
            rows = self.rows.get(word)
            if rows is not None:
                sums[rows] += self.values[word] * np.float32(weights[word])
        return sums


@dataclass(frozen=True, slots=True, kw_only=True)
class FactColumns:
    """The facts of many documents, by column; NaN where unknown."""

    size: int
    sectors: SectorColumns
    places: PlaceColumns
    places_served: PlaceColumns
    tags: WordPostings
    """1 a tag."""
    place_keys: WordPostings
    stages: npt.NDArray[np.float32]
    """(size, 2): earliest and latest step on the ladder."""
    rounds: FloatVector
    """Step of the round."""
    trl: npt.NDArray[np.float32]
    amount: npt.NDArray[np.float32]
    """(size, 2): US dollars."""
    deadline: FloatVector
    has_record: npt.NDArray[np.bool_]
    total: FloatVector
    first_day: FloatVector
    last_day: FloatVector
    record_amounts: npt.NDArray[np.float32]
    """(size, 3): 10th percentile, median, 90th."""
    record_sectors: csr_array
    """(size, codes): deals by sector code."""
    record_places: WordPostings
    record_stages: npt.NDArray[np.float32]
    """(size, stages): deals by stage, in the order of `CompanyStage`."""
    response_rate: FloatVector
    company_keys: WordPostings
    """1 a name that the profile's company may go by."""
    companies: WordPostings
    """1 a company that the record names."""


def fact_columns(facts: Sequence[ProfileFacts]) -> FactColumns:
    """Columns over the documents, in their order."""
    return FactColumns(
        size=len(facts),
        sectors=sector_columns([one.sectors for one in facts]),
        places=place_columns([(one.place,) if one.place else () for one in facts]),
        places_served=place_columns([one.places_served for one in facts]),
        tags=_words([dict.fromkeys(one.tags, 1.0) for one in facts]),
        place_keys=_words([dict.fromkeys(one.place_keys, 1.0) for one in facts]),
        stages=_bounds([ladder_steps(one) for one in facts]),
        rounds=_numbers([LADDER[one.round] if one.round else None for one in facts]),
        trl=_bounds([one.trl for one in facts]),
        amount=_bounds([one.amount for one in facts]),
        deadline=_numbers([one.deadline for one in facts]),
        has_record=np.array([one.record is not None for one in facts], dtype=bool),
        total=_record(facts, lambda record: record.total),
        first_day=_record(facts, lambda record: record.first_day),
        last_day=_record(facts, lambda record: record.last_day),
        record_amounts=_triples([one.record.amounts if one.record else None for one in facts]),
        record_sectors=_sector_counts(facts),
        record_places=_words([one.record.places if one.record else {} for one in facts]),
        record_stages=_stage_counts(facts),
        response_rate=_record(facts, lambda record: record.response_rate),
        company_keys=_words([dict.fromkeys(sorted(one.company_keys), 1.0) for one in facts]),
        companies=_words([dict.fromkeys(sorted(one.record.companies), 1.0) if one.record else {} for one in facts]),
    )


def ladder_steps(facts: ProfileFacts) -> Bounds | None:
    """The earliest and the latest step of the stages that a profile names."""
    steps = [LADDER[stage] for stage in facts.stages if stage is not CompanyStage.OTHER]
    return (min(steps), max(steps)) if steps else None


def sector_vector(counts: Mapping[str, float]) -> FloatVector:
    """Numbers by sector code as a vector over all codes."""
    vector = np.zeros(len(sector_index()), dtype=np.float32)
    for code, count in counts.items():
        vector[sector_index()[code]] = count
    return vector


def stage_vector(counts: Mapping[CompanyStage, float]) -> FloatVector:
    """Numbers by stage in the order of `CompanyStage`."""
    return np.array([counts.get(stage, 0.0) for stage in CompanyStage], dtype=np.float32)


def _sector_counts(facts: Sequence[ProfileFacts]) -> csr_array:
    index = sector_index()
    counts = [one.record.sectors if one.record else {} for one in facts]
    columns = [index[code] for codes in counts for code in codes]
    values = [value for codes in counts for value in codes.values()]
    pointers = np.concatenate([[0], np.cumsum([len(codes) for codes in counts], dtype=np.int64)])
    parts = (np.array(values, dtype=np.float32), np.array(columns, dtype=np.int32), pointers)
    return csr_array(parts, shape=(len(facts), len(index)))


def _stage_counts(facts: Sequence[ProfileFacts]) -> npt.NDArray[np.float32]:
    counts = np.zeros((len(facts), len(CompanyStage)), dtype=np.float32)
    for row, one in enumerate(facts):
        if one.record and one.record.stages:
            counts[row] = stage_vector(one.record.stages)
    return counts


def _words(rows: Sequence[Mapping[str, float]]) -> WordPostings:
    places: dict[str, list[int]] = {}
    values: dict[str, list[float]] = {}
    for row, words in enumerate(rows):
        for word, value in words.items():
            places.setdefault(word, []).append(row)
            values.setdefault(word, []).append(value)
    return WordPostings(
        {word: np.array(found, dtype=np.int32) for word, found in places.items()},
        {word: np.array(found, dtype=np.float32) for word, found in values.items()},
        np.array([sum(words.values()) for words in rows], dtype=np.float32),
    )


def _bounds(values: Sequence[Bounds | None]) -> npt.NDArray[np.float32]:
    unknown = (np.nan, np.nan)
    return np.array([value or unknown for value in values], dtype=np.float32).reshape(len(values), 2)


def _triples(values: Sequence[tuple[float, float, float] | None]) -> npt.NDArray[np.float32]:
    unknown = (np.nan,) * 3
    return np.array([value or unknown for value in values], dtype=np.float32).reshape(len(values), 3)


def _numbers(values: Sequence[float | None]) -> FloatVector:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float32)


def _record(facts: Sequence[ProfileFacts], read: Callable[[RecordFacts], float | None]) -> FloatVector:
    return _numbers([read(one.record) if one.record else None for one in facts])
