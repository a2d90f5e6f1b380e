"""Makes a digest of a round: its recommendations in the words of one language; pure."""

from services.matcher.explain.names import KINDS
from services.matcher.recommendations import wording
from services.matcher.recommendations.wording import in_language
from shared.contracts.digests import Digest, DigestItem
from shared.contracts.recommendations import Recommendation, RecommendationList, WhyNow
from shared.contracts.vocabularies import Language


def digest_of(round_: RecommendationList, *, title: str, organization_id: str | None, language: Language) -> Digest:
    """The digest of a reader with a title; every item was told in `language` already."""
    count = len(round_.items)
    news = sum(one.why_now in (WhyNow.NEW, WhyNow.IMPROVED) for one in round_.items)
    return Digest(
        profile_id=round_.profile_id,
        organization_id=organization_id,
        title=title,
        language=language,
        period=round_.period,
        period_key=round_.period_key,
        round_id=round_.round_id,
        run_id=round_.run_id,
        personalised=round_.personalised,
        subject=wording.subject_line(title, count, round_.period_key, language),
        introduction=wording.introduction(round_.period, count, news, language),
        items=tuple(_item(one, language) for one in round_.items),
        advice=() if round_.items else wording.advice(language),
        notes=wording.notes(language, is_personalised=round_.personalised),
    )


def _item(one: Recommendation, language: Language) -> DigestItem:
    match, told = one.match, one.told
    return DigestItem(
        rank=match.rank,
        recommendation_id=one.id,
        profile_id=match.profile_id,
        kind=match.kind,
        kind_text=in_language(KINDS[match.kind], language),
        title=match.title,
        organisation=match.organisation,
        summary=match.summary,
        band=match.band,
        band_text=in_language(wording.BANDS[match.band], language),
        why_now=one.why_now,
        why_now_text=told.why_now,
        for_you=told.for_you,
        for_them=tuple(reason for reason in told.for_them if reason not in told.for_you),
        question=told.question,
        asks_you=told.asks_you,
    )
