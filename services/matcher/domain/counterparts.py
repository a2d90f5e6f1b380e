"""Whom each kind of profile is matched with; pure."""

from collections.abc import Mapping

from shared.contracts.kinds import Kind

COUNTERPARTS: Mapping[Kind, tuple[Kind, ...]] = {
    Kind.RD_DEMAND: (Kind.PROJECT,),
    Kind.SCENARIO: (Kind.PROJECT,),
    Kind.INVESTOR: (Kind.PROJECT,),
    Kind.PILOT_PLATFORM: (Kind.PROJECT,),
    Kind.PROJECT: (Kind.RD_DEMAND, Kind.SCENARIO, Kind.INVESTOR, Kind.PILOT_PLATFORM),
}
