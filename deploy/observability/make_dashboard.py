"""Writes dashboard.json for Grafana from the panels below: `python deploy/observability/make_dashboard.py`."""

import json
from pathlib import Path

MATCHES = 'route="/v1/matches"'
PANELS: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
    # title, unit, kind, (expression, legend) ...
    (
        "Requests a second by status",
        "reqps",
        "timeseries",
        (('sum by (job, status) (rate(liaison_http_request_seconds_count{job=~"$job"}[5m]))', "{{job}} {{status}}"),),
    ),
    (
        "Latency of matches",
        "s",
        "timeseries",
        tuple(
            (
                f"histogram_quantile({q}, sum by (le) "
                f'(rate(liaison_http_request_seconds_bucket{{{MATCHES}, status="200"}}[5m])))',
                f"p{round(100 * q)}",
            )
            for q in (0.5, 0.95, 0.99)
        ),
    ),
    (
        "p99 by route",
        "s",
        "timeseries",
        (
            (
                "histogram_quantile(0.99, sum by (job, route, le) "
                '(rate(liaison_http_request_seconds_bucket{job=~"$job"}[5m])))',
                "{{job}} {{route}}",
            ),
        ),
    ),
    (
        "Stages of a match, mean",
        "s",
        "timeseries",
        (
            (
                "sum by (stage) (rate(liaison_match_stage_seconds_sum[5m])) / "
                "sum by (stage) (rate(liaison_match_stage_seconds_count[5m]))",
                "{{stage}}",
            ),
        ),
    ),
    (
        "In work, waiting, not answered yet",
        "short",
        "timeseries",
        (
            ('sum by (job) (liaison_requests_in_work{job=~"$job"})', "{{job}} in work"),
            ('sum by (job) (liaison_requests_waiting{job=~"$job"})', "{{job}} waiting"),
            ('sum by (job) (liaison_http_requests_in_flight{job=~"$job"})', "{{job}} in flight"),
        ),
    ),
    (
        "Refused a second",
        "reqps",
        "timeseries",
        (
            ('sum by (job, lane) (rate(liaison_requests_shed_total{job=~"$job"}[5m]))', "{{job}} shed {{lane}}"),
            (
                'sum by (job, flow) (rate(liaison_requests_rate_limited_total{job=~"$job"}[5m]))',
                "{{job}} rate of {{flow}}",
            ),
            ('sum by (job, reason) (rate(liaison_requests_denied_total{job=~"$job"}[5m]))', "{{job}} {{reason}}"),
        ),
    ),
    ("Feed lag", "s", "timeseries", (("liaison_feed_lag_seconds", "{{instance}}"),)),
    ("Feed lag, positions", "short", "timeseries", (("liaison_feed_lag_positions", "{{instance}}"),)),
    (
        "Ready, catalog reachable, database available",
        "short",
        "timeseries",
        (
            ("liaison_ready", "{{instance}} ready"),
            ("liaison_catalog_reachable", "{{instance}} catalog"),
            ('liaison_database_available{job=~"$job"}', "{{job}} {{instance}} database"),
        ),
    ),
    (
        "Snapshot",
        "short",
        "timeseries",
        (
            ("liaison_snapshot_documents", "{{instance}} documents"),
            ("liaison_snapshot_feed_seq", "{{instance}} position"),
        ),
    ),
    ("Snapshot age", "s", "timeseries", (("liaison_snapshot_age_seconds", "{{instance}}"),)),
    (
        "Filter violations (must be 0)",
        "short",
        "stat",
        (
            ("sum(liaison_filter_violations_total)", "violations"),
            ("sum(liaison_match_answers_checked_total)", "answers checked"),
        ),
    ),
    ("Introductions by state", "short", "timeseries", (("max by (state) (liaison_introductions)", "{{state}}"),)),
    (
        "Webhooks: attempts a second by outcome",
        "short",
        "timeseries",
        (("sum by (outcome) (rate(liaison_webhook_attempts_total[5m]))", "{{outcome}}"),),
    ),
    (
        "Webhooks: oldest event that waits",
        "s",
        "timeseries",
        (("max by (job) (liaison_webhook_oldest_seconds)", "{{job}}"),),
    ),
    (
        "Webhook deliveries by state",
        "short",
        "timeseries",
        (("max by (state) (liaison_webhook_deliveries)", "{{state}}"),),
    ),
    ("Answers not recorded", "short", "timeseries", (("liaison_runs_dropped", "{{instance}}"),)),
    ("Memory", "bytes", "timeseries", (('process_resident_memory_bytes{job=~"$job"}', "{{job}} {{instance}}"),)),
    (
        "Processor",
        "short",
        "timeseries",
        (('rate(process_cpu_seconds_total{job=~"$job"}[5m])', "{{job}} {{instance}}"),),
    ),
)
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def panel(number: int, title: str, unit: str, kind: str, queries: tuple[tuple[str, str], ...]) -> dict[str, object]:
    """Two panels a row."""
    return {
        "id": number + 1,
        "title": title,
        "type": kind,
        "datasource": SOURCE,
        "gridPos": {"h": 8, "w": 12, "x": 12 * (number % 2), "y": 8 * (number // 2)},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
            for place, (expression, legend) in enumerate(queries)
        ],
    }


def dashboard() -> dict[str, object]:
    """The whole dashboard, as Grafana imports it."""
    return {
        "uid": "liaison",
        "title": "Liaison",
        "tags": ["liaison"],
        "timezone": "browser",
        "schemaVersion": 39,
        "version": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [
                {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"},
                {
                    "name": "job",
                    "type": "query",
                    "label": "Service",
                    "datasource": SOURCE,
                    "query": "label_values(liaison_http_request_seconds_count, job)",
                    "refresh": 2,
                    "includeAll": True,
                    "multi": True,
                    "current": {"text": "All", "value": "$__all"},
                },
            ]
        },
        "panels": [panel(number, *one) for number, one in enumerate(PANELS)],
    }


if __name__ == "__main__":
    path = Path(__file__).with_name("dashboard.json")
    path.write_text(json.dumps(dashboard(), indent=1) + "\n", encoding="utf-8")
