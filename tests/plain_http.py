"""httpx for the servers of the tests, none of which speaks TLS.

To read the certificates of every authority takes httpx 20 ms, and it does so for each request.
"""

from __future__ import annotations

import ssl
from functools import partial

import httpx

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # which trusts nobody

Client = partial(httpx.Client, verify=_NO_TLS)
get = partial(httpx.get, verify=_NO_TLS)
post = partial(httpx.post, verify=_NO_TLS)
request = partial(httpx.request, verify=_NO_TLS)
stream = partial(httpx.stream, verify=_NO_TLS)
