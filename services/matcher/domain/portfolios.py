"""Who financed which companies, by the companies' names: earlier backers and their portfolios; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.matcher.domain.facts import RecordFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolios:
    """The companies of all records of one kind that name any."""

    companies: tuple[frozenset[str], ...] = field(repr=False)
    """By record."""
    holders: Mapping[str, tuple[int, ...]] = field(repr=False)
    """By company: the records that name it."""

    def backers(self, names: Iterable[str]) -> Iterator[frozenset[str]]:
        """The portfolio of every record that names a company so, once for each name."""
        for name in sorted(names):
            yield from (self.companies[record] for record in self.holders.get(name, ()))


def portfolios(records: Sequence[RecordFacts]) -> Portfolios:
    """Of records in their order."""
    companies = tuple(record.companies for record in records if record.companies)
    holders: dict[str, list[int]] = {}
    for number, named in enumerate(companies):
        for company in named:
            holders.setdefault(company, []).append(number)
    return Portfolios(companies=companies, holders={name: tuple(found) for name, found in holders.items()})
