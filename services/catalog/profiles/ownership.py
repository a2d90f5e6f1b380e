"""Whose a profile is, who may change it, and who may know of it; pure."""

from services.catalog.profiles.errors import OwnerIsNotYours, ProfileNotFound, ProfileTaken
from services.catalog.profiles.repository import Head
from services.catalog.profiles.rules import PreparedProfile, with_owner
from shared.contracts.vocabularies import Visibility
from shared.kit.errors import Forbidden
from shared.kit.identity import Principal


def is_visible(principal: Principal, visibility: Visibility, owner: str | None) -> bool:
    """Whether the caller may know that there is such a profile."""
    if principal.sees_private(owner):
        return True
    return visibility is not Visibility.HIDDEN and (visibility is not Visibility.MEMBERS or principal.is_member)


def check_may_change(principal: Principal, head: Head) -> None:
    """Raise ProfileNotFound where the caller may not even know of it, Forbidden where it is another's."""
    if principal.acts_for(head.owner):
        return
    if not is_visible(principal, head.visibility, head.owner):
        raise ProfileNotFound
    raise Forbidden("This profile belongs to another organisation; only its own people and the platform change it.")


def settled(prepared: PreparedProfile, head: Head | None, principal: Principal) -> PreparedProfile:
    """The profile with the owner that it is to have: it stays with its owner, and a new one is its writer's.

    The platform may name another. Raises ProfileTaken, OwnerIsNotYours and Forbidden.
    """
    if head is not None and not principal.acts_for(head.owner):
        raise ProfileTaken
    current = head.owner if head is not None else principal.organization_id
    stated = prepared.profile.owner
    if principal.is_local or principal.is_staff:
        return with_owner(prepared, stated or current)
    if current is None:
        raise Forbidden("Your key or token names no organisation, so it cannot own a profile.")
    if stated not in (None, current):
        raise OwnerIsNotYours
    return with_owner(prepared, current)
