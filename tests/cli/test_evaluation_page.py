"""The HTML page of an evaluation: whole, self-contained, repeatable."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from services.cli.evaluation_page import evaluation_page
from services.matcher.evaluation.comparison import evaluate_set
from services.matcher.evaluation.judged_set import JudgedSet
from services.matcher.evaluation.report import SetReport
from shared.contracts.profiles import Kind

QUERIES = [f"q{number:02}" for number in range(60)]
TARGETS = [f"t{number:02}" for number in range(30)]


class Shuffled:
    """A seeded order a query, in which the relevant one is moved to a random place among the first."""

    def __init__(self, seed: int, depth: int) -> None:
        self._seed = seed
        self._depth = depth

    def rank(self, subject_id: str, depth: int) -> Sequence[str]:
        """Another order for each subject."""
        row = int(subject_id[1:])
        generator = np.random.default_rng([self._seed, row])
        order = [TARGETS[number] for number in generator.permutation(30)]
        order.remove(TARGETS[row % 30])
        order.insert(int(generator.integers(0, self._depth)), TARGETS[row % 30])
        return order[:depth]


@pytest.fixture(scope="module")
def report() -> SetReport:
    """Sixty queries, two labels that are large enough and one that is not."""
    judged = JudgedSet(
        name="<b>set</b>",
        subject_kind=Kind.PROJECT,
        target_kind=Kind.INVESTOR,
        language=None,
        description="",
        subjects=[(query, {"id": query}) for query in QUERIES],
        targets=[(target, {"id": target}) for target in TARGETS],
        qrels={query: {TARGETS[row % 30]: 1} for row, query in enumerate(QUERIES)},
        ignore={},
        warnings=("odd & seen",),
    )
    labels = ["Beijing 北京"] * 25 + ["Zhejiang 浙江"] * 30 + ["Jilin 吉林"] * 5
    facets = {"region": {query: (label,) for query, label in zip(QUERIES, labels, strict=True)}}
    return evaluate_set(judged, {"served": Shuffled(1, 4), "draft": Shuffled(2, 12)}, facets=facets, resamples=200)


@pytest.fixture(scope="module")
def page(report: SetReport) -> str:
    return evaluation_page([report])


class Requests(HTMLParser):
    """Collects what a browser would load or run, and whether every element is closed."""

    _VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self._VOID:
            self.open.append(tag)
        if tag in {"script", "link", "img", "iframe", "object", "image"}:
            self.asked.append(tag)
        self.asked += [str(value) for name, value in attrs if name in {"src", "href", "xlink:href"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_asks_nothing_of_anyone(page: str) -> None:
    found = Requests()
    found.feed(page)
    found.close()
    assert found.open == []
    assert all(asked.startswith("#") for asked in found.asked)  # places within the plots
    assert not re.search(r"url\((?!#)|@import", page)
    assert "default-src 'none'" in page


def test_page_has_four_plots_with_a_description_each(page: str) -> None:
    assert page.count("<svg role=") == page.count("aria-label=") == 4
    ids = re.findall(r'<clipPath id="([^"]+)"', page)
    assert len(set(ids)) == len(ids)


def test_plots_keep_their_words_as_text(page: str) -> None:
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", page)
    assert "served - draft" in texts
    assert any(text.strip() == "region: Beijing 北京 (25)" for text in texts)
    assert any(re.fullmatch(r"better \d+, equal \d+, worse \d+", text) for text in texts)


def test_page_shows_figures_slices_and_versions_in_both_languages(page: str, report: SetReport) -> None:
    served = report.rankings["served"]
    assert f"{served.metrics['ndcg@10'].mean:.3f}" in page
    assert served.worst is not None
    assert f"Worst slice: region: {served.worst.label}" in page
    assert re.search(r'<tr class="dim"><td>region: Jilin 吉林</td><td>5</td>.*?too few 样本过少', page)
    assert report.versions.set_digest in page and report.versions.code in page
    assert "Rankings 排序对比" in page and "Slices of served 分组表现" in page


def test_names_are_escaped(page: str) -> None:
    assert "&lt;b&gt;set&lt;/b&gt;" in page
    assert "<b>set" not in page
    assert "odd &amp; seen" in page


def test_equal_reports_give_equal_pages(page: str, report: SetReport) -> None:
    assert evaluation_page([report]) == page


def test_page_without_a_reference_leaves_comparisons_and_slices_out(report: SetReport) -> None:
    page = evaluation_page([replace(report, reference=None, differences={})])
    assert page.count("<svg role=") == 2
    assert "Differences" not in page
