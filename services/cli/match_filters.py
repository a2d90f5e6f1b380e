"""Filters as they are typed, `sector=energy_storage` or `trl>=4`, as the conditions of the wire."""

import re
from datetime import date, timedelta

from pydantic import ValidationError

from services.cli.problems import CommandProblem
from shared.contracts.parts import Region
from shared.contracts.rules import (
    After,
    And,
    Before,
    Condition,
    DateAttribute,
    NotIn,
    NumberAttribute,
    OpenOn,
    Overlaps,
    Range,
    SetAttribute,
    Within,
)

_FORM = re.compile(r"\s*(?P<name>[a-z_]+)\s*(?P<operator>!=|>=|<=|=)\s*(?P<value>.+?)\s*", re.DOTALL)
_HOW = (
    "Write such as sector=quantum,medical · stage!=idea · trl>=4 · amount_usd=100000..500000 · "
    "deadline>=2027-03-31 · city=北京市"
)
FILTER_HELP = (
    f"Set: {', '.join(SetAttribute)}. Number: {', '.join(NumberAttribute)}. "
    f"Day: {', '.join(DateAttribute)}, open_on. Place: {', '.join(Region.model_fields)}. "
    f"{_HOW}. May be given several times."
)


def parse_filter(text: str) -> Condition:
    """One condition; raises CommandProblem."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise CommandProblem(f"--filter {text!r}: not a condition. {_HOW}")
    name, operator, value = form["name"], form["operator"], form["value"]
    try:
        return _filter(name, operator, value, text)
    except ValidationError as error:
        raise CommandProblem(
            f"--filter {text!r}: {error.errors()[0]['msg'].removeprefix('Value error, ')}. {_HOW}"
        ) from None


def _filter(name: str, operator: str, value: str, text: str) -> Condition:
    if name in list(SetAttribute):
        return _set_filter(SetAttribute(name), operator, value, text)
    if name in list(NumberAttribute):
        return _number_filter(NumberAttribute(name), operator, value, text)
    if name in list(DateAttribute):
        return _date_filter(DateAttribute(name), operator, value, text)
    if name in Region.model_fields and operator == "=":
        return Within(region=Region.model_validate({name: value}))
    if name == "open_on" and operator == "=":
        return OpenOn(day=_day(value, text))
    known = ", ".join([*SetAttribute, *NumberAttribute, *DateAttribute, *Region.model_fields, "open_on"])
    reason = f"{name} takes only =" if name in known.split(", ") else f"{name!r} is not among {known}"
    raise CommandProblem(f"--filter {text!r}: {reason}. {_HOW}")


def _set_filter(attribute: SetAttribute, operator: str, value: str, text: str) -> Condition:
    values = tuple(word.strip() for word in value.split(",") if word.strip())
    if operator == "=":
        return Overlaps(attribute=attribute, values=values)
    if operator == "!=":
        return NotIn(attribute=attribute, values=values)
    raise CommandProblem(f"--filter {text!r}: {attribute} holds words, not numbers; use = or !=. {_HOW}")


def _number_filter(attribute: NumberAttribute, operator: str, value: str, text: str) -> Condition:
    if operator == "!=":
        raise CommandProblem(f"--filter {text!r}: {attribute} is a number; use =, >= or <=. {_HOW}")
    low, high = _bounds(operator, value)
    minimum, maximum = _number(low, text), _number(high, text)
    if minimum is None and maximum is None:
        raise CommandProblem(f"--filter {text!r}: no bound is given. {_HOW}")
    return Range(attribute=attribute, minimum=minimum, maximum=maximum)


def _date_filter(attribute: DateAttribute, operator: str, value: str, text: str) -> Condition:
    """Both bounds are included, as for numbers."""
    if operator == "!=":
        raise CommandProblem(f"--filter {text!r}: {attribute} is a day; use =, >= or <=. {_HOW}")
    low, high = _bounds(operator, value)
    first, last = (_day(word.strip(), text) if word.strip() else None for word in (low, high))
    if first is not None and last is not None and first > last:
        raise CommandProblem(f"--filter {text!r}: the first day is above the last. {_HOW}")
    bounds: list[Condition] = [After(attribute=attribute, day=first)] if first else []
    if last:
        bounds.append(Before(attribute=attribute, day=_next_day(last, text)))
    if not bounds:
        raise CommandProblem(f"--filter {text!r}: no bound is given. {_HOW}")
    return bounds[0] if len(bounds) == 1 else And(conditions=tuple(bounds))


def _bounds(operator: str, value: str) -> tuple[str, str]:
    """The words for the lower and the upper bound, empty where there is none."""
    if operator == ">=":
        return value, ""
    if operator == "<=":
        return "", value
    low, dots, high = value.partition("..")
    return (low, high) if dots else (value, value)


def _number(word: str, text: str) -> float | None:
    if not word.strip():
        return None
    try:
        return float(word)
    except ValueError:
        raise CommandProblem(f"--filter {text!r}: {word!r} is not a number. {_HOW}") from None


def _day(word: str, text: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise CommandProblem(f"--filter {text!r}: {word!r} is not a day. Write it as 2027-03-31") from None


def _next_day(day: date, text: str) -> date:
    try:
        return day + timedelta(days=1)
    except OverflowError:
        raise CommandProblem(f"--filter {text!r}: {day} is the last day there is. Leave the bound out") from None
