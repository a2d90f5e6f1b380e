"""Between a ranking policy and its readable document; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from services.matcher.scoring.learned import LearnedModel
from services.matcher.scoring.policy import DirectedPolicy, FusionChoice, RankingPolicy, Weight
from shared.contracts.policies import FusionWeights, PolicyDocument, SignalWeight, SignalWeights
from shared.contracts.problems import FieldProblem
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal
from shared.kit.errors import InvalidRequest

NO_MODELS: Mapping[str, LearnedModel] = {}


class FaultyPolicy(InvalidRequest):
    """The document stands for no policy that could rank."""

    code = "faulty_policy"


def policy_of(
    document: PolicyDocument, base: RankingPolicy, revision: str, models: Mapping[str, LearnedModel] = NO_MODELS
) -> RankingPolicy:
    """The policy that a document makes of its base; `models` are the learned models at hand, by id.

    Raises FaultyPolicy, which names every field at fault.
    """
    problems = [*_problems(document, base), *_model_problems(document, models)]
    if problems:
        raise FaultyPolicy(
            f"The policy cannot rank: {problems[0].field} {problems[0].message}.", errors=tuple(problems)
        )
    changed = {
        direction_of(name): _directed(base.needs_of(*direction_of(name)), weights)
        for name, weights in document.directed.items()
    }
    policy = replace(
        base,
        revision=revision,
        base=_directed(base.base, document.everywhere),
        directed={**base.directed, **changed},
        fusion=_choice(document.fusion) if document.fusion else base.fusion,
        learned=_learned(document, base, models),
        fusions={**base.fusions, **{pair_of(name): _choice(one) for name, one in document.fusions.items()}},
    )
    named = {name: value for name in _THRESHOLDS if (value := getattr(document, name)) is not None}
    return replace(policy, **named)


def document_of(policy: RankingPolicy, base: RankingPolicy) -> PolicyDocument:
    """Everything that a policy says, as a document that gives it back from its base."""
    return PolicyDocument(
        base=base.revision,
        everywhere=_weights(policy.base, base.base),
        directed={
            f"{needing}>{offering}": _weights(policy.needs_of(needing, offering), base.needs_of(needing, offering))
            for needing, offering in sorted({*policy.directed, *base.directed})
        },
        fusion=_fusion_weights(policy.fusion),
        fusions={"+".join(sorted(pair)): _fusion_weights(one) for pair, one in policy.fusions.items()},
        learned={
            **{"+".join(sorted(pair)): model.model_id for pair, model in policy.learned.items()},
            **{"+".join(sorted(pair)): None for pair in base.learned if pair not in policy.learned},
        },
        floor=policy.floor,
        floor_across=policy.floor_across,
        medium=policy.medium,
        high=policy.high,
    )


def direction_of(name: str) -> tuple[Kind, Kind]:
    """The kinds behind `needing>offering`."""
    needing, _, offering = name.partition(">")
    return Kind(needing), Kind(offering)


def pair_of(name: str) -> frozenset[Kind]:
    """The kinds behind `one+other`."""
    return frozenset(Kind(kind) for kind in name.split("+"))


def _learned(
    document: PolicyDocument, base: RankingPolicy, models: Mapping[str, LearnedModel]
) -> dict[frozenset[Kind], LearnedModel]:
    named = {pair_of(name): model_id for name, model_id in document.learned.items()}
    inherited = {pair: model for pair, model in base.learned.items() if pair not in named}
    return inherited | {pair: models[model_id] for pair, model_id in named.items() if model_id is not None}


def _model_problems(document: PolicyDocument, models: Mapping[str, LearnedModel]) -> Iterator[FieldProblem]:
    for name, model_id in document.learned.items():
        if model_id is None:
            continue
        model = models.get(model_id)
        if model is None:
            fix = "Put the model's file beside the policy, or take the entry out."
            yield FieldProblem(field=f"learned.{name}", message=f"names the unknown model {model_id!r}", fix=fix)
        elif model.kinds != pair_of(name):
            yield FieldProblem(
                field=f"learned.{name}",
                message=f"names a model of {' and '.join(sorted(model.kinds))}",
                fix="Name a model that was trained on this pair.",
            )


_THRESHOLDS = ("floor", "floor_across", "medium", "high")


def _problems(document: PolicyDocument, base: RankingPolicy) -> Iterator[FieldProblem]:
    named = {"everywhere": (base.base, document.everywhere)} | {
        f"directed.{name}": (base.needs_of(*direction_of(name)), weights) for name, weights in document.directed.items()
    }
    for field, (inherited, weights) in named.items():
        if not any(weight.weight > 0 for weight in _merged(inherited, weights).signals.values()):
            yield FieldProblem(
                field=field,
                message="gives no signal a positive weight",
                fix="Give at least one signal a weight above 0.",
            )
    if len({pair_of(name) for name in document.fusions}) < len(document.fusions):
        yield FieldProblem(field="fusions", message="names a pair of kinds twice", fix="Keep one entry a pair.")
    medium, high = document.medium or base.medium, document.high or base.high
    if medium > high:
        yield FieldProblem(field="medium", message=f"of {medium} is above high, {high}", fix="Swap them or drop one.")


def _directed(inherited: DirectedPolicy, weights: SignalWeights) -> DirectedPolicy:
    return _merged(inherited, weights).scaled() if weights else inherited


def _merged(inherited: DirectedPolicy, weights: SignalWeights) -> DirectedPolicy:
    """The base's signals in its order, then the new ones in the vocabulary's: equal documents make equal policies."""
    signals = dict(inherited.signals)
    for signal in (one for one in Signal if one in weights):
        given = weights[signal]
        if given is None:
            signals.pop(signal, None)
        else:
            signals[signal] = Weight(weight=given.weight, neutral=given.neutral, half=given.half)
    return DirectedPolicy(signals=signals)


def _weights(policy: DirectedPolicy, base: DirectedPolicy) -> SignalWeights:
    given: Mapping[Signal, SignalWeight | None] = {
        signal: SignalWeight(weight=weight.weight, neutral=weight.neutral, half=weight.half)
        for signal, weight in policy.signals.items()
    }
    return {**given, **{signal: None for signal in base.signals if signal not in policy.signals}}


def _choice(weights: FusionWeights) -> FusionChoice:
    return FusionChoice(fusion=weights.fusion, first=weights.first, first_weight=weights.first_weight)


def _fusion_weights(choice: FusionChoice) -> FusionWeights:
    return FusionWeights(fusion=choice.fusion, first=choice.first, first_weight=choice.first_weight)
