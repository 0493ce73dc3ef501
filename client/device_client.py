"""Signing in without a token: the calls of RFC 8628. They are forms, and answer in OAuth's words."""

import json
from typing import TypeVar
from urllib.parse import urlencode

from pydantic import ValidationError

from client.calls.base import BaseClient
from client.errors import NoDeviceSignIn
from client.protocol import Call, Reply, failure, media_type, understand
from contract.base import Answer
from contract.device import (
    AUTHORIZE,
    CLIENT,
    GRANT,
    READ,
    REVOKE,
    TOKEN,
    DeviceAuthorization,
    DeviceToken,
    OAuthRefusal,
)
from contract.operation import Operation
from contract.people import Permission

A = TypeVar("A", bound=Answer)

_FORM = Operation("device_sign_in", "POST", AUTHORIZE, "Sign a device in", DeviceAuthorization, Permission.OWN_ACCOUNT)
_HEADERS = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
_OK = 200
_NOT_THERE = frozenset({401, 403, 404, 405, 501})
"""What a server answers that has no such address, or none without a token."""


class Nothing(Answer):
    """An answer that says no more than that it was done."""


class DeviceClient(BaseClient):
    """For a device that nobody is signed in on yet: no token goes along, and nothing is journalled.

    Made by `client.profile.open_device_client`.
    """

    async def ask_for_code(
        self, *, machine: str = "", organisation: str = "", read_only: bool = False
    ) -> DeviceAuthorization | OAuthRefusal:
        """A code to show, and one to keep. What is said of the machine is shown to whoever confirms.

        Raises:
            NoDeviceSignIn: this server has no such thing.
        """
        wish = {"machine": machine, "organisation": organisation, "scope": READ if read_only else ""}
        form = {"client_id": CLIENT, **{name: value for name, value in wish.items() if value}}
        return await self._form(AUTHORIZE, form, DeviceAuthorization)

    async def ask_for_token(self, device_code: str) -> DeviceToken | OAuthRefusal:
        """The token, once somebody has confirmed the code; until then, and afterwards, why not."""
        form = {"grant_type": GRANT, "client_id": CLIENT, "device_code": device_code}
        return await self._form(TOKEN, form, DeviceToken)

    async def give_up(self, code_or_token: str) -> None:
        """From now on that code, or that token, is worth nothing."""
        await self._form(REVOKE, {"client_id": CLIENT, "token": code_or_token}, Nothing)

    async def _form(self, path: str, form: dict[str, str], answer: type[A]) -> A | OAuthRefusal:
        channel = await self._reach()
        reply = await channel.send(Call(_FORM, path, headers=_HEADERS, body=urlencode(form).encode()))
        if reply.status == _OK:
            return understand(answer, reply)
        refusal = _refusal(reply)
        if refusal is None and reply.status in _NOT_THERE:
            message = f"{reply.where} has no sign-in by browser."
            raise NoDeviceSignIn(message, request_id=reply.request_id)
        if refusal is None:
            raise failure(reply)
        return refusal


def _refusal(reply: Reply) -> OAuthRefusal | None:
    """What OAuth calls an error; None for any other failure."""
    if media_type(reply) != "application/json":
        return None
    try:
        return OAuthRefusal.model_validate(json.loads(reply.body))
    except (ValidationError, ValueError, RecursionError):
        return None
