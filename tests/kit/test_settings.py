"""Settings come from the environment and stay as they are; logs are JSON lines or text."""

import json

import pytest
import structlog
from pydantic import ValidationError

from services.catalog.settings import CatalogSettings
from services.matcher.settings import MatcherSettings
from shared.kit.logging import configure_logging
from shared.kit.settings import LogFormat, LogLevel


def test_environment_sets_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIAISON_CATALOG_PORT", "9001")
    monkeypatch.setenv("LIAISON_CATALOG_LOG_LEVEL", "WARNING")
    settings = CatalogSettings()
    assert (settings.port, settings.log_level) == (9001, LogLevel.WARNING)


@pytest.mark.parametrize("settings", [CatalogSettings, MatcherSettings])
def test_an_empty_setting_is_one_that_is_not_set(
    settings: type[CatalogSettings | MatcherSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = settings.model_config.get("env_prefix", "")
    for name in settings.model_fields:
        monkeypatch.setenv(f"{prefix}{name.upper()}", "")
    assert settings() == settings.model_construct()


def test_unfit_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIAISON_CATALOG_PORT", "70000")
    with pytest.raises(ValidationError, match="port"):
        CatalogSettings()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        CatalogSettings().port = 1  # type: ignore[misc]  # that is the point


def test_json_log_is_one_object_a_line(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(LogLevel.INFO, LogFormat.JSON)
    log = structlog.get_logger("test")
    log.debug("not_written")
    log.info("import_done", rows=3)
    structlog.reset_defaults()  # the captured stream is closed after this test
    line = json.loads(capfd.readouterr().err)
    assert (line["event"], line["rows"], line["level"]) == ("import_done", 3, "info")
