"""One HTML page that needs nothing else: styles, tables and plots stand in it, and it asks nothing of anyone."""

from collections.abc import Iterable, Sequence
from html import escape

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The browser itself keeps the page from asking anything of anyone."""
_STYLE = """
body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif;
       max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #1c1f23; background: #fff; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 3rem; border-top: 1px solid #d5d8dc; padding-top: 1.5rem; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid #e6e8eb; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
.best { font-weight: 700; } .dim { color: #8a8f98; } .worst { color: #b04a00; font-weight: 700; }
.scroll { overflow-x: auto; } svg { max-width: 100%; height: auto; } svg text { font-family: inherit; }
@media print { body { max-width: none; margin: 0; } th, td { white-space: normal; } .scroll { overflow: visible; }
               h2 { break-after: avoid; } figure, tr { break-inside: avoid; } }
.note { color: #555b63; } code { font-size: .9em; overflow-wrap: anywhere; }
"""


def html_page(title: str, body: str) -> str:
    """The whole page; `title` is text, `body` is HTML already."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )


def plot_figure(told: str, svg: str) -> str:
    """A plot with what it shows, also for readers who do not see it."""
    labelled = svg.replace("<svg", f'<svg role="img" aria-label="{escape(told)}"', 1)
    return f'<figure class="scroll"><figcaption class="note">{escape(told)}</figcaption>{labelled}</figure>'


def html_table(columns: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Rows are a class and cells; cells are HTML already, columns are text."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f'<tr class="{style}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>' for style, cells in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
