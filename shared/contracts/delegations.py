"""Delegations on the wire: an organisation lets an incubator's staff speak for it in introductions."""

from datetime import datetime

from pydantic import AwareDatetime, model_validator

from shared.contracts.base import Identifier, WireModel


class DelegationRequest(WireModel):
    """Who may speak for whom, and until when; exactly one of the two delegates is named."""

    organization_id: Identifier | None = None
    """Who is spoken for; your own organisation where left out."""
    profile_id: Identifier | None = None
    """Only for this profile; for all of the organisation's where left out."""
    delegate_organization_id: Identifier | None = None
    """Everyone of this organisation, such as the incubator's service staff."""
    delegate_principal_id: Identifier | None = None
    """This person or key alone."""
    valid_until: AwareDatetime | None = None
    """Until it is revoked where left out."""

    @model_validator(mode="after")
    def _one_delegate(self) -> "DelegationRequest":
        if (self.delegate_organization_id is None) == (self.delegate_principal_id is None):
            raise ValueError("name either delegate_organization_id or delegate_principal_id")
        return self


class Delegation(WireModel):
    """A delegation as it stands."""

    id: Identifier
    organization_id: Identifier
    profile_id: Identifier | None
    delegate_organization_id: Identifier | None
    delegate_principal_id: Identifier | None
    valid_until: datetime | None
    created_by: Identifier
    created_at: datetime
    revoked_by: Identifier | None
    revoked_at: datetime | None


class DelegationPage(WireModel):
    """Delegations in the order of their ids."""

    items: tuple[Delegation, ...]
    next_cursor: str | None
