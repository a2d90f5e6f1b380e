import pytest

from services.cli.demo.display import show_quality
from services.cli.demo.quality import QualityTable


def test_a_set_without_judged_subjects_shows_no_score(capsys: pytest.CaptureFixture[str]) -> None:
    table = QualityTable(title="Found?", note="")
    table.add("judged", 2, 0.5)
    table.add("unjudged", 0, 0.0)
    show_quality(table)
    lines = {line.split()[1]: line for line in capsys.readouterr().out.splitlines() if "judged" in line}
    assert "0.500" in lines["judged"]
    assert "none judged" in lines["unjudged"] and "0.000" not in lines["unjudged"]
