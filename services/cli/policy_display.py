"""How policies look in a terminal."""

from rich.console import Group, RenderableType
from rich.json import JSON
from rich.table import Table
from rich.text import Text

from shared.contracts.policy_records import Activation, ActivationPage, PolicyEvaluation, PolicyPage, PolicyRevision
from shared.contracts.simulations import Change, SimulatedMatch, Simulation

_ARROWS = {Change.ENTERED: "+ new", Change.LEFT: "- left", Change.UP: "up", Change.DOWN: "down", Change.STAYED: "="}


def policies_table(page: PolicyPage) -> Table:
    """A revision a row."""
    table = Table(title=Text("Ranking policies"), title_justify="left")
    for column in ("revision", "state", "from", "by", "drafted", "newest evaluation"):
        table.add_column(column)
    for one in page.items:
        newest = _evaluation(one.evaluations[-1]) if one.evaluations else "none"
        cells = (one.revision, one.state, one.document.base, one.created_by, f"{one.created_at:%Y-%m-%d %H:%M}", newest)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def activations_table(page: ActivationPage) -> Table:
    """An activation a row."""
    table = Table(title=Text("What ranked when"), title_justify="left")
    for column in ("when", "ranks", "before", "how", "by", "reason"):
        table.add_column(column)
    for one in page.items:
        how = f"{one.action}, forced" if one.is_forced else str(one.action)
        cells = (f"{one.at:%Y-%m-%d %H:%M}", one.revision, one.previous, how, one.by, one.reason)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def activation_line(activation: Activation) -> Text:
    """What an activation did, in a sentence."""
    forced = " It has no evaluation; the record says so." if activation.is_forced else ""
    return Text(f"{activation.revision} ranks from now on, in place of {activation.previous}.{forced}")


def policy_view(policy: PolicyRevision) -> Group:
    """A revision, its evaluations, its document."""
    lines = [Text(f"{policy.revision}: {policy.state}, drafted by {policy.created_by}")]
    lines += [Text(f"  evaluated by {one.by}: {_evaluation(one)}") for one in policy.evaluations]
    return Group(*lines, JSON(policy.document.model_dump_json(exclude_unset=True)))


def simulation_view(simulation: Simulation) -> Group:
    """A table a subject."""
    tables: list[RenderableType] = [
        Text(f"{simulation.draft} beside {simulation.against}, snapshot {simulation.snapshot}")
    ]
    for subject in simulation.subjects:
        title = f"{subject.subject_id}: {subject.entered} entered, {subject.left} left, {subject.moved} moved"
        table = Table(title=Text(title), title_justify="left")
        for column in ("rank", "was", "change", "score", "was", "title", "moved by"):
            table.add_column(column)
        for one in subject.matches:
            table.add_row(*(Text(cell) for cell in _cells(one)))
        tables.append(table)
    return Group(*tables)


def _cells(match: SimulatedMatch) -> tuple[str, ...]:
    shifts = ", ".join(f"{one.signal} {one.forward + one.backward:+.3f}" for one in match.moved_by[:3])
    return (
        str(match.new_rank or "-"),
        str(match.old_rank or "-"),
        _ARROWS[match.change],
        f"{match.new_score:.3f}",
        f"{match.old_score:.3f}",
        match.title,
        shifts,
    )


def _evaluation(evaluation: PolicyEvaluation) -> str:
    return ", ".join(
        f"{one.set_name} {one.ndcg_at_10:.3f}"
        + ("" if one.best_other is None else f" (best other {one.best_other:.3f})")
        for one in evaluation.sets
    )
