"""Checks of the services as they answer now: reachable, whom they let in, how far the matcher is behind."""

from collections.abc import Iterator
from http import HTTPStatus
from ipaddress import ip_address

import httpx

from services.cli.caller_key import key_header
from services.cli.doctor.findings import Finding, Verdict, Words

_SECONDS = 5.0
_ASKED_WITHOUT_CREDENTIALS = {"catalog": "/v1/profiles?limit=1", "matcher": "/v1/status"}
_GOOD_LAG = 1_000
_BEHIND = Words(en="matcher: behind the feed", zh="matcher：数据滞后")


def running_findings(service: str, url: str, host: str) -> Iterator[Finding]:
    """On a service at an address; `host` is what it is set to listen on."""
    check = Words(en=f"{service}: running at {url}", zh=f"{service}：运行于 {url}")
    with httpx.Client(base_url=url, timeout=_SECONDS) as http:
        try:
            ready = http.get("/readyz")
            open_answer = http.get(_ASKED_WITHOUT_CREDENTIALS[service])
            status = _status(http, open_answer) if service == "matcher" else None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            yield _not_running(check, service, type(error).__name__)
            return
    yield _ready_finding(check, service, ready)
    yield _identity_finding(service, open_answer, host)
    if status is not None:
        yield from _feed_findings(status) if status.status_code == HTTPStatus.OK else [_lag_untold(status)]


def _status(http: httpx.Client, open_answer: httpx.Response) -> httpx.Response:
    """The matcher's, asked for with the caller's key where it is not told without one."""
    headers = key_header()
    if open_answer.status_code == HTTPStatus.OK or not headers:
        return open_answer
    return http.get(_ASKED_WITHOUT_CREDENTIALS["matcher"], headers=headers)


def _lag_untold(status: httpx.Response) -> Finding:
    told = f"{status.status_code}"
    return Finding(
        check=_BEHIND,
        verdict=Verdict.WARNING,
        found=Words(en=f"not told to this caller ({told})", zh=f"未获授权，无法读取（{told}）"),
        todo=Words(
            en="Set LIAISON_API_KEY to a good key, or give --key before the command.",
            zh="请设置 LIAISON_API_KEY，或在命令前用 --key 给出有效的密钥。",
        ),
    )


def _not_running(check: Words, service: str, reason: str) -> Finding:
    return Finding(
        check=check,
        verdict=Verdict.WARNING,
        found=Words(en=f"does not answer ({reason})", zh=f"没有响应（{reason}）"),
        todo=Words(
            en=f"Start it with liaison serve {service}, or give its address with --{service}-url.",
            zh=f"请用 liaison serve {service} 启动，或用 --{service}-url 指定地址。",
        ),
    )


def _ready_finding(check: Words, service: str, answer: httpx.Response) -> Finding:
    if answer.status_code == HTTPStatus.OK:
        return Finding(check=check, verdict=Verdict.FINE, found=Words(en="ready", zh="就绪"))
    told = f"{answer.status_code}"
    return Finding(
        check=check,
        verdict=Verdict.FAILURE,
        found=Words(en=f"answers, but is not ready ({told})", zh=f"有响应但未就绪（{told}）"),
        todo=Words(
            en=f"See the {service}'s log; a start takes a while.", zh=f"请查看 {service} 日志；启动需要一些时间。"
        ),
    )


def _identity_finding(service: str, answer: httpx.Response, host: str) -> Finding:
    """Who is let in, seen from outside: an answer to a request without credentials."""
    check = Words(en=f"{service}: identity", zh=f"{service}：身份认证")
    if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return Finding(check=check, verdict=Verdict.FINE, found=Words(en="asks who calls", zh="要求身份认证"))
    is_local = _is_loopback(host)
    return Finding(
        check=check,
        verdict=Verdict.WARNING if is_local else Verdict.FAILURE,
        found=Words(
            en=f"local single-user mode: whoever reaches {host} may do everything",
            zh=f"本地单用户模式：任何能访问 {host} 的人都可执行所有操作",
        ),
        todo=Words(
            en="Fine on your own machine. Before others can reach it: configure identity (docs/operations.md).",
            zh="仅限本机使用；对外开放前请先配置身份认证（docs/operations.md）。",
        ),
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _feed_findings(answer: httpx.Response) -> Iterator[Finding]:
    status = answer.json()
    reached = Words(en="matcher: reaches the catalog", zh="matcher：能否访问 catalog")
    if status["is_catalog_reachable"]:
        yield Finding(check=reached, verdict=Verdict.FINE, found=Words(en="yes", zh="可以"))
    else:
        yield Finding(
            check=reached,
            verdict=Verdict.FAILURE,
            found=Words(en="no: it answers from what it has read", zh="不能：仅基于已读取的数据作答"),
            todo=Words(
                en="Check that the catalog runs, and LIAISON_MATCHER_CATALOG_URL.",
                zh="请确认 catalog 已启动，并检查 LIAISON_MATCHER_CATALOG_URL。",
            ),
        )
    lag = int(status["lag"])
    found = Words(en=f"{lag} changes", zh=f"{lag} 条变更")
    if lag <= _GOOD_LAG:
        yield Finding(check=_BEHIND, verdict=Verdict.FINE, found=found)
        return
    yield Finding(
        check=_BEHIND,
        verdict=Verdict.WARNING,
        found=found,
        todo=Words(
            en="Wait while a large import is embedded; otherwise see the matcher's log.",
            zh="大批量导入时请等待向量化完成；否则请查看 matcher 日志。",
        ),
    )
