"""The kinds of profiles."""

from enum import StrEnum


class Kind(StrEnum):
    """What a profile stands for."""

    PROJECT = "project"
    RD_DEMAND = "rd_demand"
    SCENARIO = "scenario"
    INVESTOR = "investor"
    PILOT_PLATFORM = "pilot_platform"
