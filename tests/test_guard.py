"""The guards of the chat's address, one by one: names, routes, rates, sizes, headers. No server."""

from __future__ import annotations

import asyncio
import socket

import pytest
from guard_support import Clock, Reply, call, echo, request
from hypothesis import given, settings
from hypothesis import strategies as st
from loops import finish

import ui.guards.limits as limits
from rag.errors import SettingsError
from rag.settings import Settings
from ui.guards.answers import address
from ui.guards.guarded import Guarded, Guards, Names
from ui.guards.headers import Headers
from ui.guards.limits import Buckets, Limits
from ui.guards.origins import Origins
from ui.guards.routes import Routes
from ui.page import Message, Receive, Send

# -- Names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:7860", 200),
        ("127.0.0.1", 200),
        ("[::1]:7860", 200),
        ("LOCALHOST", 200),
        ("rebound.example:7860", 421),
        ("localhost.example", 421),
        ("127.0.0.1.example", 421),
        ("", 421),
    ],
)
def test_a_server_for_this_machine_answers_to_this_machines_names_only(host: str, status: int) -> None:
    names = Guards.of(Settings.load(), "127.0.0.1").names
    assert names is not None
    assert call(Names(echo, names), headers=[("host", host)]).status == status


def test_more_names_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISNAD_NAMES", "isnad.example, News.example")
    assert Guards.of(Settings.load(), "0.0.0.0").names == {"isnad.example", "news.example"}
    assert "localhost" in (Guards.of(Settings.load(), "127.0.0.1").names or ())


@pytest.mark.parametrize(
    ("called", "status"),
    [
        ("192.168.1.5:7860", 200),
        ("[fd00::7]:7860", 200),
        ("localhost:7860", 200),
        ("news-desk", 200),
        ("NEWS-DESK.local:7860", 200),
        ("news-desk.lan", 200),
        ("rebound.example:7860", 421),
        ("news-desk.example", 421),
        ("192.168.1.5.example", 421),
        ("", 421),
    ],
)
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5"])
def test_a_server_for_others_answers_to_addresses_and_its_machines_name(
    called: str, status: int, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "News-Desk.lan")
    app = Guarded(echo, Guards.of(Settings.load(), host))
    reply = call(app, headers=[("host", called)])
    assert reply.status == status
    assert ("ISNAD_NAMES" in reply.text) == (status == 421)


@pytest.mark.parametrize(
    ("called", "status"),
    [
        ("isnad.example", 200),
        ("localhost:7860", 200),  # as whom the server asks itself whether it is there
        ("192.168.1.5", 200),
        ("news-desk", 421),
        ("rebound.example", 421),
    ],
)
def test_where_names_are_set_it_is_those_that_a_server_for_others_goes_by(
    called: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "news-desk")
    monkeypatch.setenv("ISNAD_NAMES", "isnad.example")
    app = Guarded(echo, Guards.of(Settings.load(), "0.0.0.0"))
    assert call(app, headers=[("host", called)]).status == status


def test_a_server_goes_by_the_name_that_it_listens_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISNAD_NAMES", "isnad.example")
    app = Guarded(echo, Guards.of(Settings.load(), "Archive.lan"))
    assert call(app, headers=[("host", "archive.lan:7860")]).status == 200


def test_a_space_answers_to_any_name_unless_told_otherwise() -> None:
    assert Guards.of(Settings.load(), "0.0.0.0", space="news-isnad.hf.space").names is None


# -- Routes ----------------------------------------------------------------------------------------------

OPEN = [
    ("GET", "/"),
    ("HEAD", "/"),
    ("GET", "/config"),
    ("GET", "/theme.css"),
    ("GET", "/assets/index-BxYq_1.js"),
    ("GET", "/static/js/iframeResizer.contentWindow.min.js"),
    ("GET", "/isnad/fonts/NotoSansArabic-Bold.woff2"),
    ("GET", "/gradio_api/info"),
    ("GET", "/gradio_api/queue/data"),
    ("GET", "/gradio_api/heartbeat/abc123"),
    ("GET", "/gradio_api/call/ask/0a1b2c"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),
    ("POST", "/gradio_api/call/ask"),
    ("POST", "/gradio_api/call/v2/verify"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/run/predict"),
    ("POST", "/gradio_api/component_server/"),
    ("POST", "/mcp"),
    ("OPTIONS", "/gradio_api/call/ask"),
]
CLOSED = [
    ("GET", "/gradio_api/file=/etc/passwd"),
    ("GET", "/gradio_api/file=https://example.com/"),
    ("GET", "/gradio_api/file/etc/passwd"),
    ("GET", "/gradio_api/proxy=https://example.hf.space/"),
    ("HEAD", "/gradio_api/file=/etc/passwd"),
    ("POST", "/gradio_api/upload"),
    ("GET", "/gradio_api/upload_progress"),
    ("POST", "/gradio_api/process_recording"),
    ("POST", "/gradio_api/vibe-edit/"),
    ("POST", "/gradio_api/vibe-code"),
    ("GET", "/gradio_api/deep_link"),
    ("GET", "/gradio_api/runs"),
    ("POST", "/gradio_api/run/_private"),
    ("POST", "/gradio_api/run/ask"),
    ("POST", "/gradio_api/api/ask"),
    ("POST", "/gradio_api/call/lambda"),
    ("POST", "/gradio_api/call/askx"),
    ("GET", "/gradio_api/token"),
    ("GET", "/monitoring"),
    ("GET", "/monitoring/summary"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("GET", "/assets/../../../etc/passwd"),
    ("GET", "/assets/%2e%2e/config"),
    ("GET", "//config"),
    ("GET", "/config/../monitoring"),
    ("POST", "/config"),
    ("GET", "/mcp"),
    ("DELETE", "/mcp"),
    ("PUT", "/gradio_api/call/ask"),
]


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_what_the_chat_the_endpoints_and_the_tools_use_is_open(method: str, path: str) -> None:
    assert call(Routes(echo), method, path).status == 200


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_everything_else_is_closed(method: str, path: str) -> None:
    assert call(Routes(echo), method, path).status == 404


def test_uploads_are_open_only_where_files_are_taken() -> None:
    assert call(Routes(echo, uploads=True), "POST", "/isnad/documents").status == 200
    assert call(Routes(echo), "POST", "/isnad/documents").status == 404
    for method, path in (("POST", "/gradio_api/upload"), ("GET", "/gradio_api/upload_progress")):
        assert call(Routes(echo, uploads=True), method, path).status == 404
        assert call(Routes(echo), method, path).status == 404


# -- Whose page ------------------------------------------------------------------------------------------

OWN, OTHER = "http://isnad.example:7860", "http://evil.example"


@pytest.mark.parametrize(
    ("path", "origin", "local", "status"),
    [
        ("/gradio_api/component_server/", OWN, True, 200),
        ("/gradio_api/component_server/", "", True, 200),  # no page at all
        ("/gradio_api/component_server/", OTHER, True, 403),
        ("/gradio_api/queue/join", "null", True, 403),
        ("/gradio_api/run/predict", OTHER, False, 403),
        ("/gradio_api/queue/join", "https://named.example", False, 200),
        ("/gradio_api/call/ask", OTHER, False, 200),
        ("/mcp", OTHER, False, 200),
        ("/gradio_api/call/ask", OTHER, True, 403),
        ("/mcp", OTHER, True, 403),
        ("/isnad/login", "null", True, 200),
    ],
)
def test_another_sites_page_can_only_call_what_is_for_programs_and_only_in_public(
    path: str, origin: str, local: bool, status: int
) -> None:
    headers = [("host", "isnad.example:7860"), ("x-forwarded-host", "evil.example")]
    headers += [("origin", origin)] if origin else []
    app = Origins(echo, {"named.example"}, local=local)
    assert call(app, "POST", path, headers).status == status


@pytest.mark.parametrize(
    ("path", "local", "status"),
    [
        ("/config", True, 403),
        ("/config", False, 403),
        ("/gradio_api/info", False, 403),
        ("/metrics", True, 403),
        ("/metrics", False, 403),
        ("/healthz", False, 403),
        ("/", False, 403),
        ("/gradio_api/queue/data", False, 403),
        ("/gradio_api/call/ask/0a1b2c", True, 403),
        ("/gradio_api/call/ask/0a1b2c", False, 200),  # which no page may read: test_guard_server
    ],
)
def test_another_sites_page_cannot_fetch_what_is_not_for_programs(
    path: str, local: bool, status: int
) -> None:
    app = Origins(echo, {"named.example"}, local=local)
    host = ("host", "isnad.example:7860")
    assert call(app, path=path, headers=[host, ("origin", OTHER)]).status == status
    assert call(app, path=path, headers=[host, ("sec-fetch-site", "cross-site")]).status == status
    assert call(app, "OPTIONS", path, [host, ("origin", OTHER)]).status == status
    for own in (
        (),
        (("origin", OWN),),
        (("origin", "https://named.example"),),
        (("sec-fetch-site", "none"),),
    ):
        assert call(app, path=path, headers=[host, *own]).status == 200


def test_a_link_on_another_site_leads_here_and_a_frame_there_shows_the_chat() -> None:
    app = Origins(echo, (), local=False)
    came = [("host", "news-isnad.hf.space"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]
    assert call(app, headers=came).status == 200
    assert call(app, headers=[*came, ("sec-fetch-dest", "iframe")]).status == 200
    assert call(app, "POST", "/gradio_api/queue/join", came).status == 403


# -- Who asks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxied", "client"),
    [
        ("203.0.113.5", "", False, "203.0.113.5"),
        ("203.0.113.5", "8.8.8.8", False, "203.0.113.5"),  # nobody may say who he is without a proxy
        ("10.0.0.1", "9.9.9.9, 8.8.8.8", True, "8.8.8.8"),  # what the client wrote stands before
        ("10.0.0.1", "8.8.8.8, 192.168.1.7", True, "192.168.1.7"),  # of the proxy's own network
        ("10.0.0.1", "8.8.8.8, 9.9.9.9:4711", True, "9.9.9.9"),  # some proxies name the port, too
        ("10.0.0.1", "[2606:4700:1:2::1]:4711", True, "2606:4700:1:2::/64"),
        ("10.0.0.1", "8.8.8.8, unknown", True, "10.0.0.1"),
        ("10.0.0.1", "nonsense", True, "10.0.0.1"),
        ("10.0.0.1", "", True, "10.0.0.1"),
        ("2606:4700:1:2:aaaa::1", "", False, "2606:4700:1:2::/64"),
        ("::ffff:203.0.113.5", "", False, "203.0.113.5"),
        (None, "", False, ""),
    ],
)
def test_a_client_is_known_by_an_address_it_cannot_choose(
    peer: str | None, forwarded: str, proxied: bool, client: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {"client": (peer, 1) if peer else None, "headers": headers}
    assert address(scope, proxied=proxied) == client


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (["8.8.8.8, 10.3.2.1"], "8.8.8.8"),  # the hub's own machines come after the client
        (["9.9.9.9, 8.8.8.8", "10.3.2.1, 10.0.0.2"], "8.8.8.8"),
        (["9.9.9.9", "8.8.8.8"], "8.8.8.8"),
        (["10.3.2.1"], "10.0.0.1"),
        ([], "10.0.0.1"),
    ],
)
def test_before_a_space_the_client_is_the_last_public_address(forwarded: list[str], client: str) -> None:
    seen = []

    async def keep(scope: Message, receive: Receive, send: Send) -> None:
        seen.append(address(scope, proxied=True))
        await echo(scope, receive, send)

    guards = Guards.of(Settings.load(), "0.0.0.0", space="news-isnad.hf.space")
    headers = [("x-forwarded-for", each) for each in forwarded]
    assert call(Guarded(keep, guards), headers=headers, client="10.0.0.1").status == 200
    assert seen == [client]


# -- How often -------------------------------------------------------------------------------------------


def limited(**more: object) -> tuple[Limits, Clock]:
    clock = Clock()
    options = {"calls_per_minute": 6, "proxied": False, "clock": clock} | more
    return Limits(echo, **options), clock  # type: ignore[arg-type]


def test_a_client_past_its_rate_is_told_when_to_come_back() -> None:
    app, clock = limited()
    for _ in range(6):
        assert call(app, "POST").status == 200
    refused = call(app, "POST")
    assert (refused.status, refused.headers["retry-after"]) == (429, "10")
    clock.now += 10
    assert call(app, "POST").status == 200
    assert call(app, "POST").status == 429


def test_another_client_has_a_rate_of_its_own() -> None:
    app, _ = limited()
    for _ in range(6):
        call(app, "POST")
    assert call(app, "POST", client="203.0.113.6").status == 200


def test_reading_is_limited_at_ten_times_the_rate_of_calling() -> None:
    app, _ = limited()
    assert [call(app).status for _ in range(61)] == [200] * 60 + [429]


def test_without_a_rate_nothing_is_counted() -> None:
    app, _ = limited(calls_per_minute=0)
    assert {call(app, "POST").status for _ in range(50)} == {200}


def test_a_server_for_others_has_a_rate_and_one_for_this_machine_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Guards.of(Settings.load(), "0.0.0.0").calls_per_minute == 600
    assert Guards.of(Settings.load(), "127.0.0.1").calls_per_minute == 0
    monkeypatch.setenv("ISNAD_CALLS_PER_MINUTE", "30")
    assert Guards.of(Settings.load(), "127.0.0.1").calls_per_minute == 30


def test_what_is_remembered_of_clients_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KNOWN_CLIENTS", 100)
    buckets = Buckets(6, Clock())
    for number in range(1000):
        buckets.take(str(number))
    assert len(buckets) == 100


@settings(max_examples=50)
@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 20))
def test_no_pattern_of_pauses_gets_past_the_rate(pauses: list[float], rate: int) -> None:
    clock = Clock()
    buckets = Buckets(rate, clock)
    taken = 0
    for pause in pauses:
        clock.now += pause
        taken += buckets.take("a") == 0
    assert taken <= rate + sum(pauses) * rate / 60 + 1e-6


# -- How much at once ------------------------------------------------------------------------------------


def at_once(app: Limits, paths: list[str], clients: list[str]) -> list[int]:
    """Send requests that all wait until the last has come; return their statuses."""

    async def together() -> list[Reply]:
        asked = zip(paths, clients, strict=True)
        return await asyncio.gather(
            *(request(app, "POST", path, client=who, pause=0.05) for path, who in asked)
        )

    return [reply.status for reply in finish(together())]


def test_one_client_has_so_many_requests_open_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OPEN_PER_CLIENT", 3)
    app, _ = limited(calls_per_minute=0)
    statuses = at_once(app, ["/"] * 6, ["203.0.113.5"] * 4 + ["203.0.113.6"] * 2)
    assert statuses == [200, 200, 200, 503, 200, 200]
    assert call(app).status == 200  # those that are done are not counted any more


def test_all_clients_together_have_so_many_requests_open_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OPEN_IN_ALL", 3)
    app, _ = limited(calls_per_minute=0)
    assert at_once(app, ["/"] * 4, [f"203.0.113.{n}" for n in range(4)]) == [200, 200, 200, 503]


def test_what_passes_the_queue_by_is_served_a_few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0

    async def slow(scope: object, receive: object, send: object) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        await echo(scope, receive, send)

    monkeypatch.setattr(limits, "UNQUEUED_AT_ONCE", 2)
    monkeypatch.setattr(limits, "UNQUEUED_WAITING", 3)
    app = Limits(slow, calls_per_minute=0, proxied=False)
    statuses = at_once(app, ["/gradio_api/component_server/"] * 8, [f"203.0.113.{n}" for n in range(8)])
    assert most == 2
    assert sorted(statuses) == [200] * 5 + [503] * 3


# -- How large and how slow ------------------------------------------------------------------------------


def test_a_body_at_the_limit_passes_and_one_beyond_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_BYTES", 1000)
    app, _ = limited()
    assert call(app, "POST", body=[b"x" * 600, b"x" * 400]).text == "1000"
    refused = call(app, "POST", body=[b"x" * 600, b"x" * 401, b"x" * 9999])
    assert (refused.status, refused.headers["connection"]) == (413, "close")


def test_an_upload_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_BYTES", 1000)
    app, _ = limited(upload_bytes=50_000)
    assert call(app, "POST", "/isnad/documents", body=[b"x" * 50_000]).status == 200
    assert call(app, "POST", "/isnad/documents", body=[b"x" * 60_001]).status == 413


def test_a_body_that_comes_too_slowly_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.05)
    app, _ = limited()
    assert call(app, "POST", body=[b"a", b"b", b"c", b"d"], pause=0.03).status == 408


def test_what_fails_in_the_application_is_not_taken_for_a_refusal() -> None:
    async def failing(scope: object, receive: object, send: object) -> None:
        raise KeyError("its own")

    with pytest.raises(KeyError, match="its own"):
        call(Limits(failing, calls_per_minute=0, proxied=False))


# -- Headers ---------------------------------------------------------------------------------------------


def test_every_answer_carries_the_headers_refusals_included() -> None:
    app = Guarded(echo, Guards(names=frozenset({"localhost"})))
    for reply, status in (
        (call(app, headers=[("host", "localhost")]), 200),
        (call(app, path="/docs", headers=[("host", "localhost")]), 404),
        (call(app, headers=[("host", "other")]), 421),
    ):
        assert reply.status == status
        assert "default-src 'self'" in reply.headers["content-security-policy"]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["cross-origin-resource-policy"] == "same-origin"
        assert reply.headers["x-frame-options"] == "SAMEORIGIN"  # in place of the application's own


def test_only_the_hub_may_show_a_space_in_a_frame() -> None:
    reply = call(Headers(echo, Guards.of(Settings.load(), "0.0.0.0", space="news-isnad.hf.space").framed_by))
    policy = reply.headers["content-security-policy"].split("; ")
    assert "frame-ancestors 'self' https://huggingface.co" in policy
    assert "x-frame-options" not in reply.headers  # which knows no such exception
    assert "frame-ancestors 'self'" in call(Headers(echo, ())).headers["content-security-policy"].split("; ")


# -- Settings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["", "seven77"])
def test_a_short_password_is_refused_and_not_repeated(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISNAD_PASSWORD", password)
    with pytest.raises(SettingsError) as caught:
        Guards.of(Settings.load(), "0.0.0.0")
    assert str(caught.value) == (
        f"ISNAD_PASSWORD has {len(password)} characters; it must have 8 or more, or be unset"
    )


def test_the_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISNAD_PASSWORD", "correct horse")
    assert "horse" not in repr(Settings.load())
    assert "horse" not in repr(Guards.of(Settings.load(), "0.0.0.0"))
