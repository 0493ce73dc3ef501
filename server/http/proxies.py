"""Who asks, when a proxy asks for them: `X-Forwarded-For` is believed of proxies that the settings name, of no other.

Each proxy adds the address that it was reached from at the end. Read from the end, what a trusted proxy says is true;
the first address that is none of theirs is who asks. What stands before it, anybody may have written.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = b"x-forwarded-for"
MOST_HOPS = 20
"""So many trusted proxies may stand behind one another."""

LONGEST = 64
"""Characters of an address with its port and brackets."""

_NETWORK = 64
"""What one customer of a network has of IPv6: the rest of the address is theirs to choose."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Forwarded:
    """ASGI middleware: behind it, `client` of a request is who asks, as far as that can be known.

    `unix` is whether whoever connects by a Unix socket is a trusted proxy. Of nobody known, `client` is None.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network], *, unix: bool = False) -> None:
        self._app = app
        self._trusted = trusted
        self._unix = unix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] == "http":
            given = b",".join(value for name, value in scope["headers"] if name == HEADER)
            peer = scope["client"][0] if scope.get("client") else ""
            found = self._who(peer, given) if given else peer
            scope["client"] = (found, 0) if found else None
        await self._app(scope, receive, send)

    def _who(self, peer: str, given: bytes) -> str:
        """The last address that is known for certain."""
        address = parsed(peer)
        if not (self._trusts(address) if address else self._unix and not peer):
            return peer
        known = peer
        for hop in last_of(given):
            address = parsed(hop)
            if address is None:
                return known
            known = str(address)
            if not self._trusts(address):
                return known
        return known

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)


def last_of(given: bytes) -> Iterable[str]:
    """The hops of a header, the last first, as many as are looked at."""
    for _ in range(MOST_HOPS):
        given, comma, hop = given.rpartition(b",")
        yield hop.decode("latin-1")
        if not comma:
            return


def parsed(text: str) -> Address | None:
    """The address in `1.2.3.4`, `1.2.3.4:80`, `2001:db8::1` and `[2001:db8::1]:80`; None in anything else.

    An IPv4 address inside IPv6 is the IPv4 address; the zone of one is left out.
    """
    text = text[: LONGEST + 1].strip()
    if len(text) > LONGEST:
        return None
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def network_of(host: str) -> str:
    """What limits count by: an IPv4 address, or what one customer has of IPv6."""
    address = parsed(host)
    if address is None:
        return host[:60]
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((int(address), _NETWORK), strict=False))


def network_of_client(request: HTTPConnection) -> str:
    """The same of whoever sent a request; empty where nobody knows, as behind a Unix socket."""
    return network_of(request.client.host) if request.client and request.client.host else ""
