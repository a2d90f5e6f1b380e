"""What tuning found, as JSON and as the draft of a policy."""

from collections.abc import Mapping, Sequence

from services.matcher.evaluation.report import Json
from services.matcher.policies.documents import document_of
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.tuning.held_back import Gain
from services.matcher.tuning.tuner import Tuned, TuneSettings, Way
from shared.contracts.policies import PolicyDocument

NOT_SUPPORTED = "no gain supported"


def draft_of(found: Sequence[Tuned], base: RankingPolicy, *, is_forced: bool = False) -> PolicyDocument | None:
    """The base's document with what gains; None where nothing does, unless forced: then its note says so."""
    if not is_forced and not any(one.is_supported for one in found):
        return None
    policy = base
    for one in found:
        policy = one.applied_to(policy, is_forced=is_forced)
    whole = document_of(policy, base)
    first = {f"{one.kinds[0]}>{one.kinds[1]}" for one in found}
    tuned = first | {f"{one.kinds[1]}>{one.kinds[0]}" for one in found}
    return PolicyDocument(
        base=base.revision,
        directed={
            name: weights
            for name, weights in whole.directed.items()
            if name in tuned and weights != document_of(base, base).directed.get(name)
        },
        learned=whole.learned,
        note=" ".join(_sentence(one) for one in found),
    )


def tuning_json(found: Sequence[Tuned], settings: TuneSettings, base: RankingPolicy) -> Json:
    """Everything that was found, for machines."""
    return {
        "base": base.revision,
        "seed": settings.seed,
        "folds": settings.folds,
        "repeats": settings.repeats,
        "restarts": settings.restarts,
        "pairs": [
            {
                "pair": "+".join(one.kinds),
                "supported": one.is_supported,
                "weights": _way_json(one.weights),
                "learned": None
                if one.learned is None or one.model is None
                else {**_way_json(one.learned), "model": one.model.model_id},
                "document": document_of(one.policy, base).model_dump(mode="json", include={"directed"}),
            }
            for one in found
        ],
    }


def _way_json(way: Way) -> Json:
    return {
        "supported": way.is_supported,
        "fitted": way.fitted,
        "held_back": _gain_json(way.whole),
        "sets": {name: _gain_json(gain) for name, gain in way.sets.items()},
    }


def _gain_json(gain: Gain) -> Mapping[str, object]:
    return {
        "queries": len(gain.base),
        "base": float(gain.base.mean()),
        "found": float(gain.found.mean()),
        "difference": {"mean": gain.difference.mean, "interval": [gain.difference.low, gain.difference.high]},
        "p_value": gain.p_value,
    }


def _sentence(one: Tuned) -> str:
    """What a pair's draft stands on."""
    name = "+".join(one.kinds)
    way, what = (one.learned, "model") if one.is_model_supported and one.learned else (one.weights, "weights")
    told = (
        f"{way.whole.found.mean():.3f} against {way.whole.base.mean():.3f} "
        f"({way.whole.difference.mean:+.3f} [{way.whole.difference.low:+.3f}, {way.whole.difference.high:+.3f}])"
    )
    claim = f"{what} gain" if way.is_supported else f"{NOT_SUPPORTED} for {what}"
    return f"{name}: {claim} on {len(way.whole.base)} held-back queries, nDCG@10 {told}."
