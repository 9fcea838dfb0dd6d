"""Asks everybody for the password, where one is set: people by a page, programs by a header.

People get a cookie that is valid for thirty days and holds nothing but when it ends, signed with a key that
is made from the password: nothing is kept on the server, it survives a restart, and another password ends it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import math
import re
import time
from collections.abc import Callable, Collection
from urllib.parse import parse_qs

from ui import doorway
from ui.guards.answers import address, answer, header, refuse
from ui.guards.limits import Buckets
from ui.guards.origins import LOGIN, is_foreign
from ui.page import Application, Message, Receive, Send

SHORTEST = 8  # characters of a password
COOKIE = "isnad"
DAYS = 30
TRIES_PER_MINUTE = 10  # of one client
TRIES_IN_ALL = 120  # of all together; where there are more, somebody guesses from many addresses, and then
TRIES_MEANWHILE = 1  # is what one client has in a minute: who knows the password still gets in
_BODY = 4096  # bytes of a login
# What the page for the password itself needs, and what the server asks itself when it starts.
FREE = re.compile(r"/(favicon\.ico|robots\.txt|isnad/fonts/.*|gradio_api/startup-events)")


class Password:
    """ASGI middleware: 401 without the password."""

    def __init__(
        self,
        app: Application,
        *,
        password: str,
        proxied: bool,
        names: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Guard `app` by a password.

        Args:
            app: what is guarded.
            password: what is asked for.
            proxied: as `address` takes it.
            names: as `is_foreign` takes them.
            clock: seconds.
            now: seconds since 1970.
        """
        self._app = app
        self._password = password.encode()
        self._key = hashlib.scrypt(self._password, salt=b"isnad cookie", n=2**14, r=8, p=1)
        self._proxied = proxied
        self._names = names
        self._now = now
        self._tries = Buckets(TRIES_PER_MINUTE, clock)
        self._all_tries = Buckets(TRIES_IN_ALL, clock)
        self._meanwhile = Buckets(TRIES_MEANWHILE, clock)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or FREE.fullmatch(scope["path"]) or self._is_known(scope):
            await self._app(scope, receive, send)
        elif scope["path"] == LOGIN and scope["method"] == "POST":
            await self._log_in(scope, receive, send)
        elif given := _given(scope):
            await self._check(scope, given, receive, send)
        elif scope["path"] == "/" and scope["method"] in ("GET", "HEAD"):
            await _show(send, 401, scope["query_string"])
        else:
            await refuse(send, 401, "a password is needed", {"www-authenticate": "Bearer"})

    async def _check(self, scope: Message, given: bytes, receive: Receive, send: Send) -> None:
        """Serve a request that brings a password in its header."""
        if seconds := self._seconds(scope):
            await refuse(send, 429, "too many wrong passwords", {"retry-after": str(seconds)})
        elif self._is_right(scope, given):
            await self._app(scope, receive, send)
        else:
            await refuse(send, 401, "this is not the password", {"www-authenticate": "Bearer"})

    async def _log_in(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer the form: with the cookie and the way to the chat, or with the form again."""
        query: bytes = scope["query_string"]
        body = b""
        while len(body) <= _BODY:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        form = parse_qs(body[:_BODY].decode("utf-8", "replace"))
        if seconds := self._seconds(scope):
            await _show(send, 429, query, wait=seconds)
        elif self._is_right(scope, form.get("password", [""])[0].encode()):
            # Relative, so that it leads nowhere else, whatever the query is.
            where = "../" + (f"?{query.decode('latin-1')}" if query else "")
            cookie = {"location": where, "set-cookie": self._cookie(scope)}
            await answer(send, 303, b"", "text/plain", cookie)
        else:
            await _show(send, 401, query, wrong=True)

    def _seconds(self, scope: Message) -> int:
        """Return how long the client must wait before the next try, 0 if it need not."""
        client = address(scope, proxied=self._proxied)
        seconds = self._tries.take(client, spend=False)
        if self._all_tries.take("", spend=False):
            seconds = max(seconds, self._meanwhile.take(client, spend=False))
        return math.ceil(seconds)

    def _is_right(self, scope: Message, given: bytes) -> bool:
        if hmac.compare_digest(given, self._password):
            return True
        client = address(scope, proxied=self._proxied)
        self._tries.take(client)
        self._meanwhile.take(client)
        self._all_tries.take("")
        return False

    def _cookie(self, scope: Message) -> str:
        ends = int(self._now()) + DAYS * 86_400
        cookie = f"{COOKIE}={ends}.{self._sign(ends)}; Path=/; HttpOnly; Max-Age={DAYS * 86_400}"
        scheme = header(scope, "x-forwarded-proto") or scope["scheme"]
        # In a frame of another site, as on huggingface.co, only the first of these comes back.
        return f"{cookie}; {'SameSite=None; Secure; Partitioned' if scheme == 'https' else 'SameSite=Lax'}"

    def _sign(self, ends: int) -> str:
        return hmac.new(self._key, str(ends).encode(), hashlib.sha256).hexdigest()

    def _is_known(self, scope: Message) -> bool:
        """Tell whether a request brings a cookie that holds, and was not sent by another site's page."""
        if is_foreign(scope, self._names):
            return False
        for found in re.findall(
            rf"(?:^|; ?){COOKIE}=(\d{{1,12}})\.([0-9a-f]{{64}})", header(scope, "cookie")
        ):
            ends, signed = int(found[0]), found[1]
            if hmac.compare_digest(signed, self._sign(ends)) and self._now() < ends:
                return True
        return False


def _given(scope: Message) -> bytes:
    """Return the password in the Authorization header, as Bearer or as Basic with any name; b"" if none."""
    kind, _, value = header(scope, "authorization").partition(" ")
    if kind.lower() == "bearer":
        return value.strip(" \t").encode("latin-1")  # where a letter's last byte may look like white space
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).partition(b":")[2]
        except binascii.Error:
            return b""
    return b""


async def _show(send: Send, status: int, query: bytes, *, wrong: bool = False, wait: int = 0) -> None:
    """Send the page that asks for the password; `query` is kept for afterwards."""
    page = doorway.password(query.decode("latin-1"), "wait" if wait else "wrong" if wrong else "")
    more = {"retry-after": str(wait)} if wait else {}
    await answer(send, status, page.encode(), "text/html; charset=utf-8", more)
