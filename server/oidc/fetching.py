"""Asking a provider: never a redirect followed, never long, never much, and never into networks nobody named.

The connection goes to the very address that was checked, as for webhooks (`server.notifications.targets`).
"""

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from server.notifications.http_delivery import why_failed
from server.notifications.targets import LOOPBACK, Network, TargetError, checked, resolved
from server.oidc.errors import GoneError, LieError
from server.settings import Issuer

MOST_BYTES = 512 * 1024
"""Of one answer; the largest that is known is a provider's keys with their certificates, some 20 KiB."""

AT_ONCE = 20
"""Questions to one provider; others wait, as long as they have patience."""

_AGENT = "Headcount-SignOn/1"


class Answer(NamedTuple):
    """A JSON object with the status it came with."""

    status: int
    body: dict[str, Any]


class Line:
    """How one provider is asked."""

    def __init__(self, issuer: Issuer, *, sandbox: bool) -> None:
        self._issuer = issuer
        self._asking = asyncio.Semaphore(AT_ONCE)
        self.networks: Sequence[Network] = (*issuer.networks, *LOOPBACK) if sandbox else issuer.networks

    def checked(self, url: object, what: str) -> str:
        """An address that the provider names, if it is one that anybody may be sent to.

        Raises:
            LieError: it is none.
        """
        try:
            return str(checked(url, self.networks)) if isinstance(url, str) else _lie(f"names no {what}")
        except TargetError as error:
            message = f"its {what} can't be used: {error}"
            raise LieError(message) from error

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a JSON object.

        Raises:
            SignOnError: there was none (`GoneError`, `LieError`).
        """
        return await self._ask("GET", url, headers or {}, None)

    async def post(self, url: str, headers: Mapping[str, str], body: str) -> Answer:
        """Send a form, and read a JSON object.

        Raises:
            SignOnError: there was none (`GoneError`, `LieError`).
        """
        form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        return await self._ask("POST", url, form, body.encode())

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        try:
            async with asyncio.timeout(self._issuer.patience), self._asking:
                return await self._exchange(method, url, headers, body)
        except TimeoutError as error:
            message = f"no answer within {self._issuer.patience:g} s"
            raise GoneError(message) from error
        except TargetError as error:
            raise GoneError(str(error)) from error
        except httpx.HTTPError as error:
            raise GoneError(why_failed(error)) from error

    async def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """To the address that was checked, under the name that was asked for: also for the certificate."""
        target = checked(url, self.networks)
        address = await resolved(target, self.networks)
        async with httpx.AsyncClient(
            verify=_trusted(self._issuer.ca_file),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 - the whole question has one
        ) as client:
            request = client.build_request(
                method,
                target.copy_with(host=str(address)),
                content=body,
                headers={
                    **headers,
                    "Host": target.netloc.decode("ascii"),
                    "Accept": "application/json",
                    "Accept-Encoding": "identity",
                    "User-Agent": _AGENT,
                },
                extensions={"sni_hostname": target.raw_host.decode("ascii")},
            )
            response = await client.send(request, stream=True)
            try:
                return _read(response.status_code, await _taken(response))
            finally:
                await response.aclose()


@cache
def _trusted(ca_file: Path | None) -> ssl.SSLContext:
    """The system's authorities, or those of a file; read once, which takes a while."""
    return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))


async def _taken(response: httpx.Response) -> bytes:
    taken = bytearray()
    async for chunk in response.aiter_raw():
        taken += chunk
        if len(taken) > MOST_BYTES:
            _lie("answers too much")
    return bytes(taken)


def _read(status: int, content: bytes) -> Answer:
    """What was answered. A status of 500 or above says nothing of whoever asks; a redirect is not followed."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        message = f"answers {status}"
        raise GoneError(message)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        _lie("leads somewhere else, which is not followed")
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        message = f"answers {status} without JSON"
        raise LieError(message) from error
    if not isinstance(body, dict):
        _lie(f"answers {status} without an object")
    return Answer(status, body)


def _lie(message: str) -> Any:
    raise LieError(message)
