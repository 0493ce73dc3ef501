"""`headcount server run`: what its command line says of how it is reached: from where, through whom, by how many."""

import argparse
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from server.platform.text import is_unsafe
from server.serving.listeners import is_loopback
from server.settings import RefusedValueError, ServerSettings

Network = IPv4Network | IPv6Network

UNIX = "unix"
"""The proxy that comes by the Unix socket, which has no address."""

MOST = ServerSettings.model_fields["max_connections"].default


def add_options(command: argparse.ArgumentParser) -> None:
    """Nobody is trusted to speak for others, unless it is said here."""
    group = command.add_argument_group("network", "docs/server.md tells more.")
    what = "believe X-Forwarded-For of this address or network (unix: of the Unix socket); may be given again"
    group.add_argument("--trusted-proxy", type=_proxy, action="append", default=[], metavar="CIDR", help=what)
    what = "how this server is reached from outside, for links in letters and on its pages"
    group.add_argument("--public-url", metavar="URL", help=what)
    what = "at once, as far as files may be open (default: %(default)s)"
    group.add_argument("--max-connections", type=_count, default=MOST, metavar="N", help=what)


def trusted_proxies(options: argparse.Namespace) -> tuple[Network, ...]:
    """The networks whose proxies are believed."""
    return tuple(each for each in options.trusted_proxy if each != UNIX)


def public_url(options: argparse.Namespace) -> str:
    """How people reach this server, without a slash at its end; empty when it was not said.

    Raises:
        RefusedValueError: it is no address that people can be sent to.
    """
    given: str = options.public_url or ""
    if not given:
        return ""
    parts = urlsplit(given)
    local = parts.scheme == "http" and is_loopback(parts.hostname or "")
    plain = not (parts.query or parts.fragment or parts.username or is_unsafe(given))
    if not (parts.hostname and plain and (parts.scheme == "https" or local) and given.isascii()):
        message = "--public-url is an https:// address without a query, such as https://seats.example.org"
        raise RefusedValueError(message)
    return given.rstrip("/")


def network(value: str) -> Network:
    """An address or a network of a command line."""
    try:
        return ip_network(value)
    except ValueError as error:
        message = f"{value!r} is not a network such as 10.1.0.0/16"
        raise argparse.ArgumentTypeError(message) from error


def _proxy(value: str) -> Network | str:
    return UNIX if value == UNIX else network(value)


def _count(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) < 7 and int(value)):  # noqa: PLR2004 - no million
        message = f"{value!r} is not a number of connections"
        raise argparse.ArgumentTypeError(message)
    return int(value)
