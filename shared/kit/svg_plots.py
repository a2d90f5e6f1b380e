"""Plots as SVG texts to stand inside a page; equal input gives equal text."""

import re
import threading
import warnings
from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any  # what matplotlib takes as a setting

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.typing import RcKeyType

_WIDTH = 10.0
"""Inches, at 72 points each."""
BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#8a8f98"  # Okabe and Ito 2008: told apart by colour-blind readers too
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_STYLE: Mapping[RcKeyType, Any] = {
    "svg.fonttype": "none",  # the reader's own fonts: the bundled ones have no Chinese
    "font.size": 9.0,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.titlesize": 10.0,
    "text.parse_math": False,  # labels are texts of people: a dollar sign is one
}
_TURN = threading.Lock()  # matplotlib keeps its settings in one place for all threads


def with_room(label: str) -> str:
    """Spaces before a label, which a browser drops: the bundled font takes Chinese for narrower than it is drawn."""
    return "  " * sum(character > "\u2e7f" for character in label) + label


def svg_plot(draw: Callable[[Figure], None], *, height: float, salt: str) -> str:
    """The drawn figure as an `svg` element without prologue; `salt` keeps the ids of a page's plots apart."""
    text = StringIO()
    with _TURN, mpl.rc_context({**_STYLE, "svg.hashsalt": salt}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # the reader's fonts draw them
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        draw(figure)
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    drawn = text.getvalue()
    return _METADATA.sub("", drawn[drawn.index("<svg") :]).strip()
