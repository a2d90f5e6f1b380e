"""Valid profiles of every kind; a test states only what matters to it."""

from typing import Any

from shared.contracts.profiles import Investor, PilotPlatform, Profile, Project, RdDemand, Scenario, profile_adapter

_TITLES = {
    "project": "Solid electrolyte for safer batteries",
    "rd_demand": "Early detection of bearing wear",
    "scenario": "A depot open for night trials of cleaning robots",
    "investor": "Seed fund for new materials",
    "pilot_platform": "Pilot line for coatings",
}


def profile_body(kind: str = "project", **fields: Any) -> dict[str, Any]:
    """A JSON body that the catalog takes."""
    return {"kind": kind, "source": "tests", "external_id": "one", "title": _TITLES[kind], **fields}


def make_profile(kind: str = "project", **fields: Any) -> Profile:
    """A profile of a kind that is known by name only."""
    return profile_adapter.validate_python(profile_body(kind, **fields))


def make_project(**fields: Any) -> Project:
    """An incubating project."""
    return Project.model_validate(profile_body("project", **fields))


def make_demand(**fields: Any) -> RdDemand:
    """An R&D demand."""
    return RdDemand.model_validate(profile_body("rd_demand", **fields))


def make_scenario(**fields: Any) -> Scenario:
    """An application scenario."""
    return Scenario.model_validate(profile_body("scenario", **fields))


def make_investor(**fields: Any) -> Investor:
    """An investor."""
    return Investor.model_validate(profile_body("investor", **fields))


def make_platform(**fields: Any) -> PilotPlatform:
    """A pilot platform."""
    return PilotPlatform.model_validate(profile_body("pilot_platform", **fields))
