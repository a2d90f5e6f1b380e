"""The HTTP face of profiles: `/v1/profiles`."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from pydantic import Field

from services.catalog.changes.feed import read_position
from services.catalog.deps import Db, IfMatch, IfNoneMatch, Now, Prefer, ProfileId
from services.catalog.profiles import service
from services.catalog.profiles.examples import PROFILE_BODIES, STORED, example_response
from services.catalog.profiles.repository import ProfileSearch
from shared.contracts.base import Clean, Identifier, Tag, WireModel
from shared.contracts.profiles import Kind, Profile, ProfilePage, StoredProfile
from shared.contracts.vocabularies import CompanyStage, Language, ProfileStatus
from shared.kit.database import Database, DatabaseUnavailable
from shared.kit.etags import is_fresh, revision_etag
from shared.kit.http import problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires
from shared.kit.paging import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/profiles", tags=["profiles"])

ProfileBody = Annotated[Profile, Body(openapi_examples=PROFILE_BODIES)]
MAX_WORDS = 20
FEED_POSITION = "feed-position"


class ProfileQuery(WireModel):
    """What a list may be narrowed by; all conditions must hold, text is compared without case."""

    kind: Kind | None = None
    sector: Tag | None = None
    country: Tag | None = None
    province: Tag | None = None
    city: Tag | None = None
    stage: CompanyStage | None = None
    language: Language | None = None
    status: ProfileStatus = ProfileStatus.ACTIVE
    source: Identifier | None = None
    q: Annotated[str, Field(max_length=300), Clean] = ""
    """Words that must all occur somewhere in the profile's texts, in any order; Chinese as written."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None
    """`next_cursor` of the page before."""

    def as_search(self) -> ProfileSearch:
        """The same without what concerns the page."""
        return ProfileSearch(
            kind=self.kind,
            sector=self.sector,
            country=self.country,
            province=self.province,
            city=self.city,
            stage=self.stage,
            language=self.language,
            status=self.status,
            source=self.source,
            words=tuple(self.q.split()[:MAX_WORDS]),
        )


@router.post(
    "",
    dependencies=[requires(Permission.PROFILES_WRITE)],
    status_code=201,
    responses=example_response(201, STORED) | problem_responses(409, 503),
)
def register_profile(
    profile: ProfileBody, db: Db, principal: CurrentPrincipal, now: Now, response: Response, prefer: Prefer = None
) -> StoredProfile:
    """Register a profile. The same `source` and `external_id` may come back only after a withdrawal."""
    with db.write() as session:
        stored = service.register(session, profile, principal, now=now)
    response.headers["Location"] = f"/v1/profiles/{stored.id}"
    response.headers["ETag"] = revision_etag(stored.revision)
    _tell_position(response, db, prefer)
    return stored


@router.get(
    "",
    dependencies=[requires(Permission.PROFILES_READ)],
    responses=example_response(200, {"items": [STORED], "next_cursor": None}) | problem_responses(400, 503),
)
def list_profiles(query: Annotated[ProfileQuery, Query()], db: Db, principal: CurrentPrincipal) -> ProfilePage:
    """Profiles in the order of their ids, page by page; hidden ones are not listed."""
    after_id = "" if query.cursor is None else str(decode_cursor(query.cursor, str)[0])
    with db.read() as session:
        found = service.search(session, query.as_search(), principal, after_id=after_id, limit=query.limit + 1)
    items = tuple(found[: query.limit])
    next_cursor = encode_cursor(items[-1].id) if len(found) > query.limit else None
    return ProfilePage(items=items, next_cursor=next_cursor)


@router.get(
    "/{profile_id}",
    dependencies=[requires(Permission.PROFILES_READ)],
    response_model=StoredProfile,
    responses=example_response(200, STORED) | {304: {"description": "Not Modified"}} | problem_responses(404, 410, 503),
)
def read_profile(
    profile_id: ProfileId, db: Db, principal: CurrentPrincipal, response: Response, if_none_match: IfNoneMatch = None
) -> StoredProfile | Response:
    """One profile, without what its visibility hides."""
    with db.read() as session:
        stored = service.read(session, profile_id, principal)
    etag = revision_etag(stored.revision)
    if is_fresh(if_none_match, stored.revision):
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return stored


@router.put(
    "/{profile_id}",
    dependencies=[requires(Permission.PROFILES_WRITE)],
    responses=example_response(200, STORED) | problem_responses(404, 409, 410, 412, 428, 503),
)
def revise_profile(
    profile_id: ProfileId,
    profile: ProfileBody,
    db: Db,
    principal: CurrentPrincipal,
    now: Now,
    response: Response,
    if_match: IfMatch = None,
    prefer: Prefer = None,
) -> StoredProfile:
    """Replace a profile by its next revision; equal content changes nothing.

    Without `contact` the stored one stays; `"contact": null` removes it.
    """
    with db.write() as session:
        stored = service.revise(session, profile_id, profile, principal, if_match=if_match, now=now)
    response.headers["ETag"] = revision_etag(stored.revision)
    _tell_position(response, db, prefer)
    return stored


@router.delete(
    "/{profile_id}",
    dependencies=[requires(Permission.PROFILES_WRITE)],
    status_code=204,
    responses=problem_responses(404, 410, 412, 428, 503),
)
def withdraw_profile(
    profile_id: ProfileId,
    db: Db,
    principal: CurrentPrincipal,
    now: Now,
    response: Response,
    if_match: IfMatch = None,
    prefer: Prefer = None,
) -> None:
    """Withdraw a profile: it leaves every list, search and match, and stays on record."""
    with db.write() as session:
        service.withdraw(session, profile_id, principal, if_match=if_match, now=now)
    _tell_position(response, db, prefer)


def _tell_position(response: Response, db: Database, prefer: str | None) -> None:
    """Where the write stands in the feed, for a caller who wants to read it back from the matcher.

    Positions are given after the commit, so this is a second transaction; the write stays acknowledged if it fails.
    """
    if prefer is None or FEED_POSITION not in (part.strip().lower() for part in prefer.split(",")):
        return
    with suppress(DatabaseUnavailable):
        response.headers["Feed-Position"] = str(read_position(db).latest_seq)
        response.headers["Preference-Applied"] = FEED_POSITION
