"""Investors that finance the same companies: who goes with a project's earlier backers, and who is one; pure."""

from collections.abc import Mapping
from math import sqrt

import numpy as np
import numpy.typing as npt

from services.matcher.domain.fact_columns import FactColumns
from services.matcher.domain.facts import ProfileFacts
from services.matcher.domain.portfolios import Portfolios
from services.matcher.scoring.directed import FloatVector, Measured
from shared.contracts.vocabularies import Signal

Rows = npt.NDArray[np.int64]
CLOSE = np.float32(0.5)
"""Cosines with the backers' portfolios that add up to this make a value of 1."""


def of_target_portfolios(
    subject: ProfileFacts, columns: FactColumns, rows: Rows, portfolios: Portfolios
) -> dict[Signal, Measured]:
    """The targets' portfolios beside those of the subject's earlier backers."""
    if not subject.company_keys:
        return {}
    shares: dict[str, float] = {}
    for portfolio in portfolios.backers(subject.company_keys):
        for company in portfolio:
            shares[company] = shares.get(company, 0.0) + 1 / sqrt(len(portfolio))
    lengths = np.sqrt(np.maximum(columns.companies.totals[rows], np.float32(1)))
    is_backer = columns.companies.sums(subject.company_keys)[rows] > 0
    return _measured((columns.companies.sums(shares)[rows] / lengths).astype(np.float32), is_backer)


def of_subject_portfolio(
    own: frozenset[str], columns: FactColumns, rows: Rows, portfolios: Portfolios
) -> dict[Signal, Measured]:
    """One portfolio beside those of the rows' earlier backers."""
    if not own:
        return {}
    is_backer = columns.company_keys.sums(own)[rows] > 0
    return _measured(columns.company_keys.sums(_closeness(own, portfolios))[rows], is_backer)


def _closeness(own: frozenset[str], portfolios: Portfolios) -> Mapping[str, float]:
    """By company: how close the portfolios that name it are to this one, as the sum of their cosines."""
    closeness: dict[str, float] = {}
    for number in sorted({number for company in own for number in portfolios.holders.get(company, ())}):
        portfolio = portfolios.companies[number]
        cosine = len(own & portfolio) / sqrt(len(own) * len(portfolio))
        for company in portfolio:
            closeness[company] = closeness.get(company, 0.0) + cosine
    return closeness


def _measured(cosines: FloatVector, is_backer: npt.NDArray[np.bool_]) -> dict[Signal, Measured]:
    """Missing where nothing shared is known. Whoever is a backer already needs none to know the company."""
    nan = np.float32(np.nan)
    shared = np.where((cosines > 0) & ~is_backer, cosines, nan).astype(np.float32)
    already = np.where(is_backer, np.float32(1), nan).astype(np.float32)
    return {
        Signal.CO_INVESTMENT: Measured(raw=shared, value=np.minimum(shared / CLOSE, np.float32(1))),
        Signal.ALREADY_BACKED: Measured(raw=already, value=already),
    }
