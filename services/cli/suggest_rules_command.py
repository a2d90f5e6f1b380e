"""`liaison suggest-rules`: what the refusals of a profile's owner would be as rules."""

import json
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from services.cli.answered import Document, answered
from services.cli.clients import MATCHER_URL, MatcherUrl, ServiceClient
from shared.contracts.suggestions import SuggestedRule, SuggestedRules
from shared.contracts.vocabularies import Language


def suggest_rules_command(
    profile_id: Annotated[str, typer.Argument(metavar="PROFILE_ID", help="The profile whose refusals are looked at.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the matcher's answer as JSON.")] = False,
    language: Annotated[
        Language, typer.Option("--language", help="Of the sentences.", envvar="LIAISON_LANGUAGE")
    ] = Language.ENGLISH,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Rules that would have spared a profile refusals it gave a reason for; none is applied by itself."""

    def ask(matcher: ServiceClient) -> Document:
        return matcher.get("/v1/suggested-rules", **{"for": profile_id})

    answered(matcher_url, as_json, ask, lambda answer: _shown(SuggestedRules.model_validate(answer), language))


def _shown(suggested: SuggestedRules, language: Language) -> RenderableType:
    if not suggested.items:
        least = suggested.minimum_support
        return Text(
            f"没有建议：规则至少须基于{least}次附理由的谢绝。"
            if language is Language.CHINESE
            else f"Nothing to suggest: a rule needs {least} refusals for one reason that it can tell from the others."
        )
    return Group(*(_one(item, language) for item in suggested.items))


def _one(item: SuggestedRule, language: Language) -> RenderableType:
    sentence = item.text.zh if language is Language.CHINESE else item.text.en
    rule = json.dumps(item.rule.model_dump(mode="json", exclude_none=True), ensure_ascii=False)
    return Group(Text(f"• {sentence}"), Text(f"  {rule}", style="dim"))
