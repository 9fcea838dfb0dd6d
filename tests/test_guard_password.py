"""The password: the page, the cookie, the header, and how often one may guess. No server."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from guard_support import Clock, Reply, call, echo

from ui.guards.password import DAYS, TRIES_IN_ALL, TRIES_PER_MINUTE, Password

RIGHT = "سرٌّ طويل 123"


class Door:
    """An application behind a password, and clocks to turn."""

    def __init__(self, password: str = RIGHT) -> None:
        self.clock, self.now = Clock(), Clock()
        self.app = Password(echo, password=password, proxied=False, clock=self.clock, now=self.now)

    def get(self, path: str = "/config", client: str = "203.0.113.5", **headers: str) -> Reply:
        named = [("host", "isnad.example"), *headers.items()]
        return call(self.app, path=path, headers=named, client=client)

    def log_in(
        self, password: str, client: str = "203.0.113.5", query: str = "", scheme: str = "http"
    ) -> Reply:
        body = f"password={quote(password)}".encode()
        headers = [("host", "isnad.example"), ("origin", "null")]  # as the page's own policy has it sent
        return call(
            self.app, "POST", "/isnad/login", headers, [body], client=client, query=query, scheme=scheme
        )

    def cookie(self) -> str:
        return self.log_in(RIGHT).headers["set-cookie"].split(";")[0]


@pytest.fixture
def door() -> Door:
    return Door()


def bearer(password: str) -> str:
    return f"Bearer {password.encode().decode('latin-1')}"


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()


def test_without_the_password_there_is_only_the_page_that_asks_for_it(door: Door) -> None:
    page = door.get("/")
    assert page.status == 401
    assert 'type="password"' in page.text
    assert "كلمة المرور" in page.text
    for path in ("/config", "/gradio_api/info", "/assets/index.js", "/mcp"):
        refused = door.get(path)
        assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("path", ["/favicon.ico", "/isnad/fonts/a.woff2", "/gradio_api/startup-events"])
def test_what_the_page_itself_needs_is_free(door: Door, path: str) -> None:
    assert door.get(path).status == 200


def test_the_right_password_gives_a_cookie_and_leads_back_to_where_one_was(door: Door) -> None:
    reply = door.log_in(RIGHT, query="q=%D9%85%D9%86%D8%9F&lang=ar")
    assert (reply.status, reply.headers["location"]) == (303, "../?q=%D9%85%D9%86%D8%9F&lang=ar")
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert door.get(cookie=cookie.split(";")[0]).status == 200


def test_over_https_the_cookie_comes_back_in_the_frame_of_another_site(door: Door) -> None:
    cookie = door.log_in(RIGHT, scheme="https").headers["set-cookie"]
    assert cookie.endswith("SameSite=None; Secure; Partitioned")


@pytest.mark.parametrize("wrong", ["", "guess", RIGHT + "4", RIGHT[:-1], "x" * 5000])
def test_a_wrong_password_gives_the_page_again_and_no_cookie(door: Door, wrong: str) -> None:
    reply = door.log_in(wrong)
    assert reply.status == 401
    assert "set-cookie" not in reply.headers
    assert "كلمة المرور غير صحيحة" in reply.text


def test_the_query_cannot_break_out_of_the_page(door: Door) -> None:
    reply = call(door.app, headers=[("host", "a")], query='q="><script>alert(1)</script>')
    assert "<script>alert" not in reply.text
    assert door.log_in("wrong", query='"><script>alert(1)</script>').text.count("<script>alert") == 0


@pytest.mark.parametrize("header", [bearer(RIGHT), basic(RIGHT)])
def test_programs_bring_the_password_in_a_header(door: Door, header: str) -> None:
    assert door.get(authorization=header).status == 200
    assert door.get("/", authorization=header).status == 200


@pytest.mark.parametrize(
    "password", ["كلمة سر سلام", "مرّ من هنا، يا سليم", "voilà voilà", "\u00a0بين فراغين\u00a0"]
)
def test_a_password_may_end_in_any_letter(password: str) -> None:
    door = Door(password)
    assert door.get(authorization=bearer(password)).status == 200
    assert door.get(authorization=f"{bearer(password)} \t").status == 200
    assert door.get(authorization=basic(password)).status == 200
    assert door.log_in(password).status == 303


@pytest.mark.parametrize("header", [bearer("guess"), basic("guess"), "Basic %%%", "Bearer ", "Digest x"])
def test_a_wrong_header_opens_nothing(door: Door, header: str) -> None:
    assert door.get(authorization=header).status == 401


def test_a_cookie_ends_after_its_days(door: Door) -> None:
    cookie = door.cookie()
    door.now.now += DAYS * 86_400 - 1
    assert door.get(cookie=cookie).status == 200
    door.now.now += 2
    assert door.get(cookie=cookie).status == 401


def test_a_cookie_cannot_be_made_or_made_to_last(door: Door) -> None:
    ends, signed = door.cookie().removeprefix("isnad=").split(".")
    assert door.get(cookie=f"isnad={int(ends) + 86_400}.{signed}").status == 401
    assert door.get(cookie=f"isnad={ends}.{'0' * 64}").status == 401
    assert door.get(cookie="isnad=").status == 401


def test_a_cookie_outlives_a_restart_and_not_another_password(door: Door) -> None:
    cookie = door.cookie()
    assert Door().get(cookie=cookie).status == 200
    assert Door("another password").get(cookie=cookie).status == 401


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://isnad.example.evil.example", "null", "https://[", "x"]
)
def test_a_page_of_another_site_cannot_use_the_cookie(door: Door, origin: str) -> None:
    cookie = door.cookie()
    assert door.get(cookie=cookie, origin="https://isnad.example").status == 200
    assert door.get(cookie=cookie, origin=origin).status == 401
    named = {"cookie": cookie, "origin": origin, "x-forwarded-host": "evil.example"}
    assert door.get(**named).status == 401


def test_a_page_of_a_name_that_is_set_can_use_the_cookie_behind_a_proxy() -> None:
    app = Password(echo, password=RIGHT, proxied=True, names={"news.example"})
    cookie = Door().cookie()
    door = Door()
    door.app = app
    door.app._now = door.now
    assert door.get(cookie=cookie, origin="https://news.example").status == 200
    assert door.get(cookie=cookie, origin="https://other.example").status == 401


def test_guessing_is_slow(door: Door) -> None:
    for _ in range(TRIES_PER_MINUTE):
        assert door.log_in("guess").status == 401
    refused = door.log_in(RIGHT)  # or the refusal would say whether it was right
    assert (refused.status, refused.headers["retry-after"]) == (429, "6")
    assert door.get(authorization=bearer(RIGHT)).status == 429
    assert door.log_in(RIGHT, client="203.0.113.6").status == 303
    door.clock.now += 6
    assert door.log_in(RIGHT).status == 303


def test_guessing_from_many_addresses_slows_all_who_guess_and_locks_nobody_out(door: Door) -> None:
    cookie = door.cookie()
    for number in range(TRIES_IN_ALL):
        assert door.log_in("guess", client=f"203.0.113.{number}").status == 401
    assert door.log_in(RIGHT, client="198.51.100.1").status == 303
    assert door.get(authorization=bearer(RIGHT), client="198.51.100.2").status == 200
    assert door.log_in("guess", client="198.51.100.3").status == 401
    refused = door.log_in(RIGHT, client="198.51.100.3")  # which has had its try of this minute
    assert (refused.status, int(refused.headers["retry-after"])) == (429, 60)
    assert door.log_in(RIGHT, client="203.0.113.0").status == 429
    assert door.get(cookie=cookie).status == 200
    door.clock.now += 60
    assert door.log_in(RIGHT, client="198.51.100.3").status == 303


def test_a_client_behind_a_proxy_cannot_choose_as_whom_it_guesses() -> None:
    app = Password(echo, password=RIGHT, proxied=True, clock=Clock())
    for number in range(TRIES_PER_MINUTE):
        written = [("authorization", bearer("guess")), ("x-forwarded-for", f"8.8.{number}.1, 192.168.1.7")]
        assert call(app, headers=written).status == 401
    written = [("authorization", bearer("guess")), ("x-forwarded-for", "9.9.9.9, 192.168.1.7")]
    assert call(app, headers=written).status == 429


def test_the_right_password_costs_no_try(door: Door) -> None:
    for _ in range(3 * TRIES_PER_MINUTE):
        assert door.get(authorization=bearer(RIGHT)).status == 200
