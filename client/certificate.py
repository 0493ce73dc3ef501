"""What a server's certificate says of itself, read from its DER bytes: nothing in it is trusted. Pure.

Python shows a certificate only once it was found good; what is needed here is to say why one was not.
"""

import datetime as dt
import ipaddress
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

__all__ = ["Certificate", "read_certificate"]

_COMMON_NAME, _ALTERNATIVE_NAMES = b"\x55\x04\x03", b"\x55\x1d\x11"
_UTC_TIME = 0x17
_EXPLICIT_VERSION, _EXTENSIONS, _DNS_NAME, _IP_ADDRESS = 0xA0, 0xA3, 0x82, 0x87
_MOST_NAMES = 20
_SHORT_LENGTH = 0x80
_CENTURY = 50


@dataclass(frozen=True, slots=True)
class Certificate:
    """The names it is for, who made it, and from when until when it holds; what could not be read is empty."""

    names: tuple[str, ...] = ()
    issuer: str = ""
    begins: dt.datetime | None = None
    ends: dt.datetime | None = None


def read_certificate(der: bytes) -> Certificate:
    """What a certificate says; an empty one when these bytes are none."""
    with suppress(ValueError, IndexError, UnicodeDecodeError, OverflowError):
        (_, whole), *_ = _parts(der)
        (_, body), *_ = _parts(whole)
        fields = [part for part in _parts(body) if part[0] != _EXPLICIT_VERSION]
        _, _, (_, issuer), (_, validity), (_, subject), _, *rest = fields
        begins, ends = (_moment(kind, value) for kind, value in _parts(validity))
        names = [name for kind, value in rest if kind == _EXTENSIONS for name in _alternative(value)]
        names = names or [_common_name(subject)]
        return Certificate(tuple(filter(None, names[:_MOST_NAMES])), _common_name(issuer), begins, ends)
    return Certificate()


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The values that stand one after another: their tags and contents."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & _SHORT_LENGTH:
            size = length & ~_SHORT_LENGTH
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if at + length > len(data):
            message = "it breaks off"
            raise ValueError(message)
        yield tag, data[at : at + length]
        at += length


def _common_name(name: bytes) -> str:
    for _, group in _parts(name):
        for _, pair in _parts(group):
            (_, kind), (_, value) = _parts(pair)
            if kind == _COMMON_NAME:
                return value.decode("utf-8", "replace")[:200]
    return ""


def _alternative(extensions: bytes) -> Iterator[str]:
    (_, all_of_them), *_ = _parts(extensions)
    for _, extension in _parts(all_of_them):
        (_, kind), *_, (_, value) = _parts(extension)
        if kind != _ALTERNATIVE_NAMES:
            continue
        (_, names), *_ = _parts(value)
        for tag, name in _parts(names):
            if tag == _DNS_NAME:
                yield name.decode("ascii", "replace")[:200]
            elif tag == _IP_ADDRESS:
                yield str(ipaddress.ip_address(name))


def _moment(kind: int, value: bytes) -> dt.datetime:
    text = value.decode("ascii").removesuffix("Z")
    if kind == _UTC_TIME:
        text = f"{'19' if int(text[:2]) >= _CENTURY else '20'}{text}"
    return dt.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
