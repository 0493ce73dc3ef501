"""One attempt to tell a webhook: what is sent, and what the answer means."""

import asyncio
import datetime as dt
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import cache
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx

from contract.retry_after import retry_after_seconds
from server.notifications import signing
from server.notifications.targets import Network, TargetError, checked, resolved

READ_AT_MOST = 4096
"""Bytes of an answer that are read, so that the connection can be used again; nobody looks at them."""

_AGENT = "Headcount-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended. Without a `status` nothing was answered, for the reason in `error`."""

    status: int | None = None
    retry_after: float = 0.0
    """Seconds for which the receiver asked to be left alone."""
    error: str = ""

    @property
    def delivered(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def gone(self) -> bool:
        """Whether the receiver wants nothing more, ever."""
        return self.status == HTTPStatus.GONE


class Post:
    """Tells one address, over one connection as long as it lasts. `async with` closes it.

    `patience` is how many seconds an answer may take, connecting included.
    """

    def __init__(self, url: str, secrets: Sequence[str], networks: Sequence[Network], patience: float) -> None:
        self._url = url
        self._secrets = secrets
        self._networks = networks
        self._patience = patience
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        self._client = httpx.AsyncClient(
            verify=_trusted(),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 - the whole attempt has one
            limits=limits,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def tell(self, message_id: str, body: bytes, now: dt.datetime) -> Outcome:
        """Send one message; whatever goes wrong is an outcome."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._send(message_id, body, now)
        except TimeoutError:
            return Outcome(error=f"no answer within {self._patience:g} s")
        except TargetError as error:
            return Outcome(error=str(error))
        except httpx.HTTPError as error:
            return Outcome(error=why_failed(error))

    async def _send(self, message_id: str, body: bytes, now: dt.datetime) -> Outcome:
        """To the address that was checked, under the name that was asked for: also for the certificate."""
        url = checked(self._url, self._networks)
        address = await resolved(url, self._networks)
        request = self._client.build_request(
            "POST",
            url.copy_with(host=str(address)),
            content=body,
            headers={
                **signing.headers(message_id, now, body, self._secrets),
                "Host": url.netloc.decode("ascii"),
                "Content-Type": "application/json",
                "User-Agent": _AGENT,
                "Accept-Encoding": "identity",
            },
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        response = await self._client.send(request, stream=True)
        try:
            await _skim(response)
        finally:
            await response.aclose()
        told = {"date": format_datetime(now, usegmt=True), **response.headers}
        return Outcome(
            status=response.status_code,
            error=_meaning(response.status_code),
            retry_after=retry_after_seconds(told) or 0.0,
        )


@cache
def _trusted() -> ssl.SSLContext:
    """The system's authorities, or those of SSL_CERT_FILE; read once, which takes a while."""
    return ssl.create_default_context()


async def _skim(response: httpx.Response) -> None:
    """Read a short answer to its end; a long one is not worth its connection."""
    seen = 0
    async for chunk in response.aiter_raw():
        seen += len(chunk)
        if seen > READ_AT_MOST:
            return


def _meaning(status: int) -> str:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return "it leads somewhere else, which is not followed"
    return ""


def why_failed(error: httpx.HTTPError) -> str:
    """What went wrong in words of ours: an error's own may quote the address."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "its certificate is not valid"
        if isinstance(cause, ssl.SSLError):
            return "TLS failed"
        cause = cause.__cause__ or cause.__context__
    return "it can't be connected to" if isinstance(error, httpx.ConnectError) else "the connection broke"
