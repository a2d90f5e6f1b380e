"""Log lines of libraries come out as ours do, and an exception never brings its words along."""

import json
import logging

import pytest
import structlog

from shared.kit.logging import configure_logging
from shared.kit.settings import LogFormat, LogLevel

CANARY = "CANARY-77a0"


def fail() -> None:
    raise ValueError(CANARY)


@pytest.mark.parametrize("logger", ["ours", "library"])
def test_an_exception_is_told_by_its_type_and_its_places(capsys: pytest.CaptureFixture[str], logger: str) -> None:
    configure_logging(LogLevel.DEBUG, LogFormat.JSON)
    try:
        fail()
    except ValueError:
        if logger == "ours":
            structlog.get_logger("ours").exception("failed")
        else:
            logging.getLogger("some.library").exception("failed")
    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["error"]) == ("failed", "error", "ValueError")
    assert "fail" in told["at"][-1]
    assert CANARY not in line


def test_libraries_that_talk_of_headers_are_quiet_at_debug(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(LogLevel.DEBUG, LogFormat.JSON)
    logging.getLogger("httpcore.http11").debug("Authorization: %s", CANARY)
    logging.getLogger("httpx").info("GET %s", CANARY)
    assert capsys.readouterr().err == ""
