"""What stands between the network and the application; docs/security.md has the list.

Outermost first: headers on every answer, the names that the server goes by, limits for each client, the
routes there are, whose page it was that sent a request, the password, what a call holds.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass, field

from rag.errors import SettingsError
from rag.settings import Settings
from ui.guards.answers import Hub, header, refuse
from ui.guards.headers import HUB, Headers
from ui.guards.limits import Limits
from ui.guards.origins import Origins
from ui.guards.password import SHORTEST, Password
from ui.guards.payloads import Payloads
from ui.guards.routes import Routes
from ui.guards.streams import Streams
from ui.page import Application, Message, Receive, Send

LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})  # of this machine alone; elsewhere others ask, too
CALLS_PER_MINUTE = 600  # of one client, where others ask, too; a question in the chat takes ten


@dataclass(frozen=True)
class Guards:
    """What is guarded, and how strictly."""

    names: frozenset[str] | None = None  # that the server answers to, and to `localhost`; None: any
    numbers: bool = False  # whether it answers to every IP address, too
    own: frozenset[str] = frozenset()  # host names whose pages are the server's own, whatever it is called
    local: bool = False  # for this machine alone
    framed_by: tuple[str, ...] = ()  # origins of pages that may show the chat in a frame, beside its own
    proxied: bool = False  # a proxy in front tells who asks, in X-Forwarded-For
    on_hub: bool = False  # more than one, as before a Space
    calls_per_minute: int = 0  # of one client; 0: any number
    upload_bytes: int = 0  # of one upload; 0: no files are taken
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: Settings, host: str, space: str | None = None) -> Guards:
        """Return what an address needs that is listened on.

        A server answers to names of its own only: else a page of the web could have its own name point here,
        and read the documents through the browser of whoever opens it. One for others, too, answers to any IP
        address, which no page can make its own, and where no names are set to what its machine is called. A
        Space is called by whatever name the hub gives it, and is in nobody's network.

        Args:
            settings: what was chosen.
            host: the address.
            space: the name under which a Hugging Face Space is called; None for no Space.

        Raises:
            SettingsError: if the password is too short.
        """
        password = settings.password.get_secret_value() if settings.password is not None else None
        if password is not None and len(password) < SHORTEST:
            raise SettingsError(
                f"ISNAD_PASSWORD has {len(password)} characters; it must have {SHORTEST} or more, or be unset"
            )
        names = frozenset(name.strip().lower() for name in settings.names.split(",") if name.strip())
        calls = settings.calls_per_minute
        return cls(
            names=_names(names, host, space),
            numbers=host not in LOCAL,
            own=names | {space} if space else names,
            local=host in LOCAL,
            framed_by=HUB if space is not None else (),
            proxied=settings.proxied or space is not None,
            on_hub=space is not None,
            calls_per_minute=(0 if host in LOCAL else CALLS_PER_MINUTE) if calls is None else calls,
            password=password,
        )


class Guarded:
    """ASGI middleware: an application behind its guards."""

    def __init__(self, app: Application, guards: Guards) -> None:
        app = Payloads(app)
        app = Streams(app)
        if guards.password is not None:
            app = Password(app, password=guards.password, proxied=guards.proxied, names=guards.own)
        app = Origins(app, guards.own, local=guards.local)
        app = Routes(app, uploads=guards.upload_bytes > 0)
        app = Limits(
            app,
            calls_per_minute=guards.calls_per_minute,
            proxied=guards.proxied,
            upload_bytes=guards.upload_bytes,
        )
        if guards.names is not None:
            app = Names(app, guards.names, numbers=guards.numbers)
        if guards.on_hub:
            app = Hub(app)
        self._app = Headers(app, guards.framed_by)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._app(scope, receive, send)


class Names:
    """ASGI middleware: 421 for requests to a name that is not the server's."""

    def __init__(self, app: Application, names: frozenset[str], *, numbers: bool = False) -> None:
        """Guard `app`; `numbers` is whether every IP address is a name of the server."""
        self._app = app
        self._names = names
        self._numbers = numbers

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        called = (
            re.sub(r":\d*$", "", header(scope, "host")).strip("[]").lower() if scope["type"] == "http" else ""
        )
        if scope["type"] == "http" and not self._is_own(called):
            await refuse(send, 421, "this server does not go by that name; set ISNAD_NAMES if it should")
        else:
            await self._app(scope, receive, send)

    def _is_own(self, called: str) -> bool:
        if called in self._names or called in LOCAL:  # by which the server itself asks whether it is there
            return True
        try:
            return self._numbers and bool(ipaddress.ip_address(called))
        except ValueError:
            return False


def _names(names: frozenset[str], host: str, space: str | None) -> frozenset[str] | None:
    """Return the names that a server on `host` goes by, None for any; for this nothing is looked up."""
    if host in LOCAL:
        return names | LOCAL
    if not names and space is not None:
        return None
    machine = socket.gethostname().lower()
    first = machine.partition(".")[0]
    listened = host.lower() if re.search("[a-z]", host.lower()) and ":" not in host else ""
    return (names or frozenset({machine, first, f"{first}.local"})) | {listened} - {""}
