"""Filters as they are typed, `sector=energy_storage` or `trl>=4`, as the filters of the wire."""

import re
from datetime import date

from pydantic import ValidationError

from services.cli.problems import CommandProblem
from shared.contracts.filters import Filter, NotIn, NumberAttribute, OpenOn, Overlaps, Range, SetAttribute, Within
from shared.contracts.parts import Region

_FORM = re.compile(r"\s*(?P<name>[a-z_]+)\s*(?P<operator>!=|>=|<=|=)\s*(?P<value>.+?)\s*", re.DOTALL)
_HOW = "Write such as sector=quantum,medical · stage!=idea · trl>=4 · amount_usd=100000..500000 · city=北京市"
FILTER_HELP = (
    f"Set: {', '.join(SetAttribute)}. Number: {', '.join(NumberAttribute)}. "
    f"Place: {', '.join(Region.model_fields)}. Day: open_on. {_HOW}. May be given several times."
)


def parse_filter(text: str) -> Filter:
    """One condition; raises CommandProblem."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise CommandProblem(f"--filter {text!r}: not a condition. {_HOW}")
    name, operator, value = form["name"], form["operator"], form["value"]
    try:
        return _filter(name, operator, value, text)
    except ValidationError as error:
        raise CommandProblem(f"--filter {text!r}: {error.errors()[0]['msg']}. {_HOW}") from None


def _filter(name: str, operator: str, value: str, text: str) -> Filter:
    if name in list(SetAttribute):
        return _set_filter(SetAttribute(name), operator, value, text)
    if name in list(NumberAttribute):
        return _range(NumberAttribute(name), operator, value, text)
    if name in Region.model_fields and operator == "=":
        return Within(region=Region.model_validate({name: value}))
    if name == "open_on" and operator == "=":
        return OpenOn(day=_day(value, text))
    known = ", ".join([*SetAttribute, *NumberAttribute, *Region.model_fields, "open_on"])
    reason = f"{name} takes only =" if name in known.split(", ") else f"{name!r} is not among {known}"
    raise CommandProblem(f"--filter {text!r}: {reason}. {_HOW}")


def _set_filter(attribute: SetAttribute, operator: str, value: str, text: str) -> Filter:
    values = tuple(word.strip() for word in value.split(",") if word.strip())
    if operator == "=":
        return Overlaps(attribute=attribute, values=values)
    if operator == "!=":
        return NotIn(attribute=attribute, values=values)
    raise CommandProblem(f"--filter {text!r}: {attribute} holds words, not numbers; use = or !=. {_HOW}")


def _range(attribute: NumberAttribute, operator: str, value: str, text: str) -> Filter:
    if operator == "!=":
        raise CommandProblem(f"--filter {text!r}: {attribute} is a number; use =, >= or <=. {_HOW}")
    low, dots, high = value.partition("..") if operator == "=" else ("", "", "")
    if operator == ">=":
        low = value
    elif operator == "<=":
        high = value
    elif not dots:
        high = low
    minimum, maximum = _number(low, text), _number(high, text)
    if minimum is None and maximum is None:
        raise CommandProblem(f"--filter {text!r}: no bound is given. {_HOW}")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise CommandProblem(f"--filter {text!r}: the first bound is above the second. {_HOW}")
    return Range(attribute=attribute, minimum=minimum, maximum=maximum)


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
