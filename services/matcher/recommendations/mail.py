"""A digest as the body of a mail: tables and inline styles, nothing that is fetched or run, every text escaped."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from shared.contracts.digests import Digest
from shared.contracts.vocabularies import Language

_WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        Language.ENGLISH: {
            "heading": "Recommended contacts",
            "for_you": "Why it fits you",
            "for_them": "Why you fit them",
            "new": "new",
            "next": "Ask next:",
            "yours": "Open in your own profile:",
            "unnamed": "Organisation not named",
            "advice": "What helps",
        },
        Language.CHINESE: {
            "heading": "推荐对接",
            "for_you": "为何适合您",
            "for_them": "为何您适合对方",
            "new": "新",
            "next": "下一步可询问：",
            "yours": "您的资料尚缺：",
            "unnamed": "单位名称未公开",
            "advice": "可以这样改进",
        },
    }
)


def mail_body(digest: Digest) -> str:
    """The whole HTML document; equal digests give equal bytes."""
    return _template().render(digest=digest, words=_WORDS[digest.language])


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("services.matcher.recommendations", "."), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["shortened"] = _shortened
    return environment.get_template("mail.html")


def _shortened(text: str, most: int) -> str:
    """At most so many characters, cut at a sentence's or word's end where one is near."""
    if len(text) <= most:
        return text
    cut = text[:most]
    end = max(cut.rfind(mark) for mark in " 。；，.;,")
    return f"{(cut[:end] if end > most // 2 else cut).rstrip(' 。；，.;,')} …"
