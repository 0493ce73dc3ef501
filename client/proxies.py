"""Which proxy leads to a server: the profile's, or else the environment's. Pure.

The environment's never leads to this machine: what is plain http there would be readable elsewhere.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from client.address import Address, is_loopback
from client.errors import UnsafeAddress

__all__ = ["DIRECT", "PROFILE", "Proxy", "parse_proxy", "proxy_for", "why_direct"]

DIRECT = "none"
"""What a profile names to use no proxy, whatever the environment says."""
PROFILE = "proxy of the profile"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy and what named it: the profile, or a variable such as `HTTPS_PROXY`. Its address may hold a password."""

    url: SecretStr
    source: str

    @property
    def shown(self) -> str:
        """Its address without who signs in there."""
        parts = urlsplit(self.url.get_secret_value())
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def parse_proxy(text: str, source: str = PROFILE) -> Proxy:
    """Read `http://host:port` or `https://host:port`; a variable may leave the scheme out.

    Raises:
        UnsafeAddress: it is no address of a proxy that can be used; what it says is not repeated.
    """
    given = text if "://" in text else f"http://{text}"
    advice = f'Name one as http://host:port in the profile, or {source} in the environment; "none" uses no proxy.'
    try:
        parts = urlsplit(given)
        sound = bool(parts.hostname) and (parts.port is None or parts.port > 0) and given.isprintable()
    except ValueError:
        sound, parts = False, SplitResult("", "", "", "", "")
    if parts.scheme.startswith("socks"):
        message = f"The {source} is a SOCKS proxy, which can't be used: only http:// and https:// proxies can."
        raise UnsafeAddress(message, advice=advice)
    if not sound or parts.scheme not in {"http", "https"} or parts.path.strip("/") or parts.query or parts.fragment:
        message = f"The {source} is not an address of a proxy such as http://proxy.example.com:3128."
        raise UnsafeAddress(message, advice=advice)
    return Proxy(SecretStr(given), source)


def proxy_for(address: Address, named: SecretStr | None, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy on the way to an address; None when there is none.

    Raises:
        UnsafeAddress: what is named is no proxy.
    """
    if address.socket is not None:
        return None
    if named is not None:
        text = named.get_secret_value()
        return None if text == DIRECT else parse_proxy(text)
    if why_direct(address, environ):
        return None
    variable = _variable(address, environ)
    return parse_proxy(environ[variable].strip(), variable) if variable else None


def why_direct(address: Address, environ: Mapping[str, str]) -> str:
    """Why a proxy that the environment names is not used: `NO_PROXY`, or this machine; empty when it would be."""
    if not _variable(address, environ):
        return ""
    host, port = _host(address)
    if address.socket is not None or is_loopback(host):
        return "this machine"
    excluded = next((name for name in ("no_proxy", "NO_PROXY") if environ.get(name)), "")
    entries = environ.get(excluded, "").replace(",", " ").split()
    return excluded if any(_excludes(entry.casefold(), host, port) for entry in entries) else ""


def _variable(address: Address, environ: Mapping[str, str]) -> str:
    scheme = "https" if address.secure else "http"
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
    return next((name for name in names if environ.get(name, "").strip()), "")


def _host(address: Address) -> tuple[str, int]:
    parts = urlsplit(address.origin)
    return (parts.hostname or "").casefold(), parts.port or 0


def _excludes(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass
    name, colon, number = entry.rpartition(":")
    if colon and number.isdigit():
        return int(number) == port and _excludes(name, host, port)
    name = entry.removeprefix("*").lstrip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))
