"""JSON put together from parts that are JSON already; directed scores, of which an answer holds hundreds of parts."""

from collections.abc import Iterable, Mapping

from services.matcher.scoring.directed import Directed, SignalPart


def json_array(items: Iterable[bytes]) -> bytes:
    """An array of items."""
    return b"[" + b",".join(items) + b"]"


def json_object(fields: Mapping[str, bytes], *, head: bytes = b"{}") -> bytes:
    """An object of fields, behind those of `head`, an object; the names need no escapes."""
    written = [b'"%b":%b' % (name.encode(), value) for name, value in fields.items()]
    return b"{" + b",".join([head[1:-1], *written] if len(head) > len(b"{}") else written) + b"}"


def directed_json(directed: Directed, *, is_explained: bool) -> bytes:
    """A DirectedScore as JSON; without its contributions where nothing is explained."""
    contributions = [part.contribution for part in directed.parts]
    parts = zip(directed.parts, contributions, strict=True) if is_explained else ()
    written = ",".join([_contribution(part, contribution) for part, contribution in parts])
    return f'{{"score":{sum(contributions)!r},"contributions":[{written}]}}'.encode()


def _contribution(part: SignalPart, contribution: float) -> str:
    """All of a part's numbers are finite, and Python writes those as JSON does."""
    return (
        f'{{"signal":"{part.signal}","raw":{"null" if part.raw is None else repr(part.raw)},"value":{part.value!r},'
        f'"is_missing":{"true" if part.is_missing else "false"},"weight":{part.weight!r},'
        f'"contribution":{contribution!r}}}'
    )
