"""A ranking without profiling: `personalised=false` leaves out whatever tells what the reader did before."""

from dataclasses import replace

from services.matcher.domain.texts import profile_texts
from services.matcher.matching.indexing import offer_terms, profile_entry
from services.matcher.matching.subject import Subject
from shared.contracts.vocabularies import Signal

BEHAVIOURAL_SIGNALS = frozenset(
    {
        Signal.SECTOR_RECORD,
        Signal.REGION_RECORD,
        Signal.STAGE_RECORD,
        Signal.SECTOR_SHARE,
        Signal.REGION_SHARE,
        Signal.STAGE_SHARE,
        Signal.KINDRED_SECTORS,
        Signal.KINDRED_REGIONS,
        Signal.RECENT_HABIT,
        Signal.APPETITE,
        Signal.DEAL_SIZE,
        Signal.ACTIVITY,
        Signal.PACE,
        Signal.RECENCY,
        Signal.RESPONSIVENESS,
        Signal.ACCEPTANCE,
        Signal.CO_INVESTMENT,
        Signal.ALREADY_BACKED,
    }
)
"""Signals that are measured on a track record, or on what was answered here. With `personalised=false` none of them
reads the reader's own, or what others' portfolios tell of it; a counterpart's own record stays, as a fact about it."""


def without_behaviour(subject: Subject) -> Subject:
    """The subject as its own text, attributes and rules state it: as if it had no track record, and nobody had
    invested in it.

    Whom it was introduced to stays: that is its own express word, and not a guess about it.
    """
    if subject.entry.facts.record is not None:
        subject = _without_record(subject)
    entry = subject.entry
    return replace(subject, entry=replace(entry, facts=replace(entry.facts, company_keys=frozenset())))


def _without_record(subject: Subject) -> Subject:
    """Nothing is embedded anew: past deals are words of the offer, and no part of its vector."""
    entry = subject.entry
    profile = entry.profile().model_copy(update={"track_record": None})
    return replace(
        subject,
        entry=profile_entry(entry.profile_id, entry.revision, profile, entry.language),
        texts=replace(subject.texts, offer_terms=offer_terms(profile_texts(profile), entry.language), home=None),
    )
