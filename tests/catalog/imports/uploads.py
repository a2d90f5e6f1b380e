"""Sending files to a catalog in tests."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.testclient import TestClient


def jsonl(*rows: Mapping[str, object]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def upload(
    client: TestClient, data: bytes, *, name: str = "rows.jsonl", status: int = 200, **form: str
) -> dict[str, Any]:  # Any: JSON of the answer
    """The report, or the problem where `status` asks for one."""
    answer = client.post("/v1/imports", files={"file": (name, data)}, data={"source": "list"} | form)
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def counts(report: dict[str, Any]) -> tuple[int, int, int, int]:
    """Created, revised, unchanged, rejected."""
    assert report["created"] + report["revised"] + report["unchanged"] + report["rejected"] == report["total"]
    return report["created"], report["revised"], report["unchanged"], report["rejected"]
