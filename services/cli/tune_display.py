"""How a tuned pair looks in a terminal: what it gains, and which weights moved."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.matcher.scoring.policy import DirectedPolicy, RankingPolicy
from services.matcher.tuning.held_back import Gain
from services.matcher.tuning.summary import NOT_SUPPORTED
from services.matcher.tuning.tuner import Tuned, Way
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal


def tuned_view(found: Tuned, base: RankingPolicy) -> Group:
    """Gains on held-back queries, then the weights of both directions beside the base's."""
    first, second = found.kinds
    shown: list[RenderableType] = [
        gains_table(found),
        Text(_verdict(found)),
        *(_weights_table(side, base, found.policy) for side in ((first, second), (second, first))),
        Text(""),
    ]
    return Group(*shown)


def gains_table(found: Tuned) -> Table:
    """A row a set and one for all; nDCG@10."""
    title = f"{' + '.join(found.kinds)}: nDCG@10 on held-back queries"
    table = Table(title=Text(title), title_justify="left")
    for name in ("ranking", "set"):
        table.add_column(name, no_wrap=True)
    for name in ("queries", "before", "after", "difference", "95 % interval", "p"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, way in (("weights", found.weights), ("LambdaMART", found.learned)):
        for cells in _rows(way) if way is not None else ():
            table.add_row(name, *cells)
    return table


def _rows(way: Way) -> Iterator[tuple[str, ...]]:
    for name, gain in way.sets.items():
        yield (name, *_cells(gain))
    if len(way.sets) > 1:
        yield ("all", *_cells(way.whole))


def _cells(gain: Gain) -> tuple[str, ...]:
    difference = gain.difference
    return (
        str(len(gain.base)),
        f"{gain.base.mean():.4f}",
        f"{gain.found.mean():.4f}",
        f"{difference.mean:+.4f}",
        f"[{difference.low:+.4f}, {difference.high:+.4f}]",
        f"{gain.p_value:.4f}",
    )


def _verdict(found: Tuned) -> str:
    lines = [_line("Weights", found.weights)]
    if found.learned is not None:
        lines.append(_line("LambdaMART", found.learned))
    return "\n".join(lines)


def _line(name: str, way: Way) -> str:
    fitted = f"fitted on all queries {way.fitted:.4f}, which promises nothing"
    if way.is_supported:
        return f"{name}: a gain of {way.whole.difference.mean:+.4f} is supported; {fitted}."
    return f"{name}: {NOT_SUPPORTED}; {fitted}."


def _weights_table(side: tuple[Kind, Kind], base: RankingPolicy, policy: RankingPolicy) -> Table:
    before, after = base.needs_of(*side), policy.needs_of(*side)
    table = Table(title=Text(f"{side[0]} needs {side[1]}"), title_justify="left")
    table.add_column("signal", no_wrap=True)
    for name in ("before", "after"):
        table.add_column(name, justify="right", no_wrap=True)
    for signal in Signal:
        if signal in before.signals or signal in after.signals:
            table.add_row(signal.value, _weight(before, signal), _weight(after, signal))
    return table


def _weight(policy: DirectedPolicy, signal: Signal) -> str:
    """Weight, neutral value in brackets, and the transform."""
    weight = policy.signals.get(signal)
    if weight is None:
        return "–"
    half = "" if weight.half is None else f" h {weight.half:g}"
    return f"{weight.weight:.3f} ({weight.neutral:g}){half}"
