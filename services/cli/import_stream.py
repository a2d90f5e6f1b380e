"""Sends a file to the catalog's import and reads its answer line by line."""

import json
from collections.abc import Callable, Mapping
from typing import BinaryIO

from services.cli.clients import ServiceClient, refusal
from services.cli.problems import CommandProblem
from shared.contracts.imports import ImportProgress, ImportReport

OnRows = Callable[[int, int], None]
"""Called with the rows done and their total."""


def import_stream(
    catalog: ServiceClient, file: BinaryIO, name: str, form: Mapping[str, str], on_rows: OnRows
) -> ImportReport:
    """The report of the whole import; `form` as `POST /v1/imports` documents it. Raises CommandProblem."""
    headers = {"Accept": "application/x-ndjson"}
    files = {"file": (name, file)}
    with catalog.stream("POST", "/v1/imports", headers=headers, files=files, data=dict(form)) as response:
        for line in response.iter_lines():
            fields = json.loads(line)
            if "done_rows" in fields:
                progress = ImportProgress.model_validate(fields)
                on_rows(progress.done_rows, progress.total_rows)
            elif "code" in fields:
                raise refusal(line, f"{catalog.url} broke off the import")
            else:
                return ImportReport.model_validate_json(line)
    raise CommandProblem(f"{catalog.url} ended the import without a report. Look into its log and try again.")
