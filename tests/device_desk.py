"""Devices that ask to be signed in, over the wire of RFC 8628, and people who answer them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from builders import RunningServer

from contract.device import AUTHORIZE, CLIENT, GRANT, REVOKE, TOKEN
from server.devices.confirming import DeniedError, Person, Waiting, confirm, guessed, look, refuse

ADDRESS = "https://seats.example.com"


@dataclass
class Device:
    """A device that has asked: its two codes, and questions as it sends them."""

    server: RunningServer
    answer: dict[str, Any]
    asked: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        """What it shows."""
        return str(self.answer["user_code"])

    async def poll(self, **more: str) -> httpx.Response:
        """Ask for the token."""
        form = {"grant_type": GRANT, "client_id": CLIENT, "device_code": self.answer["device_code"], **more}
        return await post(self.server, TOKEN, form)

    async def told(self) -> str:
        """How the server answers its question: an error of OAuth, or `token`."""
        found = (await self.poll()).json()
        return str(found.get("error") or "token")

    async def cancel(self) -> httpx.Response:
        """Give up."""
        return await post(self.server, REVOKE, {"token": self.answer["device_code"]})


async def post(server: RunningServer, path: str, form: dict[str, str]) -> httpx.Response:
    """Send a form, with nothing that says who one is."""
    async with server.client() as api:
        return await api.post(path, data=form)


async def asking(server: RunningServer, machine: str = "laptop", **more: str) -> Device:
    """A device that has got its codes."""
    answer = await post(server, AUTHORIZE, {"client_id": CLIENT, "machine": machine, **more})
    assert answer.status_code == 200, answer.text
    return Device(server, answer.json())


def later(server: RunningServer, seconds: float) -> None:
    """So much time goes by."""
    server.clock.move_to(server.clock.now() + dt.timedelta(seconds=seconds))


def looks(server: RunningServer, account_id: str, code: str, network: str = "") -> Waiting:
    """What a signed-in person sees behind a code; a wrong one counts."""
    return _answered(server, Person(account_id, network), lambda c, who, now: look(c, who, code, now))


def confirms(server: RunningServer, account_id: str, code: str, house: str = "") -> Waiting:
    """A signed-in person says yes."""
    return _answered(server, Person(account_id), lambda c, who, now: confirm(c, who, code, house, now))


def refuses(server: RunningServer, account_id: str, code: str) -> Waiting:
    """A signed-in person says no."""
    return _answered(server, Person(account_id), lambda c, who, now: refuse(c, who, code, now))


def _answered(server: RunningServer, who: Person, work: Callable[..., Waiting]) -> Waiting:
    services = server.services
    now = services.clock.now()
    try:
        with services.database.write() as connection:
            return work(connection, who, now)
    except DeniedError as error:
        if error.guess:
            with services.database.write() as connection:
                guessed(connection, who, now)
        raise
