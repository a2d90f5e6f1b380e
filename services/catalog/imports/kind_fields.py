"""What each kind reads from a record beside what all kinds share."""

from collections.abc import Callable

from services.catalog.imports.amounts import money_from_text
from services.catalog.imports.places import regions_invested
from services.catalog.imports.record_fields import RecordFields, shown
from services.catalog.imports.stages import COMPANY_ROUNDS, says_no_stage, stage_from_word
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import CompanyStage

WireFields = dict[str, object | None]


def stage_of(fields: RecordFields, *names: str) -> CompanyStage | None:
    """The stage a word stands for; an unknown word is left out with a warning."""
    word = fields.text(*names)
    return _stage(fields, fields.find(*names)[0], word) if word else None


def _stage(fields: RecordFields, field: str, word: str) -> CompanyStage | None:
    stage = stage_from_word(word)
    if stage is None and not says_no_stage(word):
        known = ", ".join(CompanyStage)
        fields.warn(field, f"{shown(word)} is not a known stage and was left out", f"use one of {known}")
    return stage


def _stages(fields: RecordFields, *names: str) -> list[CompanyStage]:
    found = (_stage(fields, fields.find(*names)[0], word) for word in fields.tags(*names))
    return list(dict.fromkeys(stage for stage in found if stage is not None))


def _range(fields: RecordFields, name: str, whole_amount: str | None = None) -> WireFields | None:
    nested = fields.mapping(name) if isinstance(fields.find(name)[1], dict) else None
    if nested is not None:
        return dict(nested)
    minimum, maximum = fields.number(f"{name}_min", f"{name}_minimum"), fields.number(f"{name}_max", f"{name}_maximum")
    currency = fields.text(f"{name}_currency", "currency")
    if minimum is None and maximum is None and whole_amount:
        maximum, currency = fields.number(whole_amount), "USD"
    if minimum is None and maximum is None:
        return None
    return {"minimum": minimum, "maximum": maximum} | ({"currency": currency.upper()} if currency else {})


def _amount_sought(fields: RecordFields) -> WireFields | None:
    nested = fields.find("amount_sought")[1]
    if isinstance(nested, dict):
        return dict(nested)
    currency = fields.text("amount_sought_currency", "currency") or "CNY"
    sought = fields.number("amount_sought_amount", "amount_sought")
    if sought is not None:
        return {"amount": sought, "currency": currency.upper()}
    dollars = fields.number("amount_usd")
    if dollars is not None:
        return {"amount": dollars, "currency": "USD"}
    text = fields.text("amount")
    money = money_from_text(text, currency=currency.upper()) if text and len(currency) == 3 else None
    if text and money is None:
        fields.warn("amount", f"{shown(text)} names no exact amount and was left out", "write it as 3000000 CNY")
    return None if money is None else {"amount": money.amount, "currency": money.currency}


def _project(fields: RecordFields) -> WireFields:
    stage = stage_of(fields, "stage")
    funding_round = stage_of(fields, "funding_round") or (stage if stage in COMPANY_ROUNDS else None)
    founded = fields.partial_date("founded")
    # Only a round that is being raised is money sought; an award's amount has been paid.
    raises = funding_round is not None or "amount_sought" in fields.names() or "amount_sought_amount" in fields.names()
    return {
        "technology": fields.text("technology"),
        "product": fields.text("product"),
        "trl": fields.integer("trl", "trl_min"),
        "company_stage": stage_of(fields, "company_stage") or stage,
        "funding_round": funding_round,
        "amount_sought": _amount_sought(fields) if raises else None,
        "team_size": fields.integer("team_size"),
        "founded": int(founded[:4]) if founded else None,
        "intellectual_property": fields.texts("intellectual_property"),
    }


def _rd_demand(fields: RecordFields) -> WireFields:
    return {
        "problem": _problem(fields),
        "technical_requirements": fields.texts("technical_requirements"),
        "budget": _range(fields, "budget", "amount_usd"),
        "deadline": fields.day("deadline"),
        "trl_minimum": fields.integer("trl_minimum", "trl_min", "trl"),
        "programme": fields.text("programme", "program"),
        "phase": stage_of(fields, "phase", "stage"),
    }


def _problem(fields: RecordFields) -> str | None:
    """The objective, unless the text already says it."""
    stated = fields.text("problem")
    objective, text = fields.text("objective"), fields.text("description", "text")
    if stated or not objective:
        return stated
    return None if " ".join(objective.split()) in " ".join((text or "").split()) else objective


def _scenario(fields: RecordFields) -> WireFields:
    return {
        "setting": fields.text("setting"),
        "may_be_tried": fields.texts("may_be_tried"),
        "conditions": fields.texts("conditions"),
        "data_and_access": fields.texts("data_and_access"),
        "budget": _range(fields, "budget", "amount_usd"),
        "deadline": fields.day("deadline"),
        "trl_minimum": fields.integer("trl_minimum", "trl_min"),
        "trl_maximum": fields.integer("trl_maximum", "trl_max"),
    }


def _investor(fields: RecordFields) -> WireFields:
    stages = _stages(fields, "stages", "stage") + _stages(fields, "declared_stages")
    return {
        "thesis": fields.text("thesis"),
        "stages": list(dict.fromkeys(stages)),
        "ticket": _range(fields, "ticket"),
        "regions": regions_invested(fields) or [entry for _, entry in fields.entries("regions")],
        "value_added": fields.texts("value_added"),
    }


def _pilot_platform(fields: RecordFields) -> WireFields:
    return {
        "capabilities": fields.texts("capabilities"),
        "equipment": fields.texts("equipment"),
        "process_steps": fields.texts("process_steps"),
        "scale": fields.text("scale"),
        "certifications": fields.texts("certifications"),
        "capacity": fields.integer("capacity"),
        "price_model": fields.text("price_model"),
    }


KIND_FIELDS: dict[Kind, Callable[[RecordFields], WireFields]] = {
    Kind.PROJECT: _project,
    Kind.RD_DEMAND: _rd_demand,
    Kind.SCENARIO: _scenario,
    Kind.INVESTOR: _investor,
    Kind.PILOT_PLATFORM: _pilot_platform,
}
