"""Signing in by a code that is confirmed in a browser, on this machine or any other (RFC 8628).

What is shown goes to the standard error, where somebody sees it. The token is shown nowhere.
"""

import asyncio
import socket
import time
from contextlib import suppress

from cli.output import answered, say
from client.device_client import DeviceClient
from client.device_waiting import wait_for_token
from client.errors import HeadcountError, NoDeviceSignIn, SignInExpired
from client.profile import Profile, open_device_client
from contract.device import LONGEST_MACHINE, DeviceAuthorization, DeviceToken, OAuthRefusal
from tui.presentation.text import clean

__all__ = ["forget", "sign_in"]

_LAST_WORD = 3.0
"""Seconds for telling the server that nobody waits any more."""
_LONGEST_CODE, _LONGEST_ADDRESS = 40, 300


def sign_in(profile: Profile, *, organisation: str = "", read_only: bool = False) -> DeviceToken | None:
    """Show codes until one is confirmed; None when somebody does not want another one.

    Raises:
        HeadcountError: the server can't be reached at first, has no such sign-in, or somebody refused.
        KeyboardInterrupt: ctrl+c. The server knows that nobody waits any more.
    """
    while True:
        try:
            return asyncio.run(_once(profile, organisation, read_only=read_only))
        except SignInExpired as error:
            if answered(f"\n{error.message} Enter shows a new one; q and Enter leave: ") != "":
                return None


def forget(profile: Profile, token: str) -> None:
    """End a token that can't be kept; best effort, as it ends on its own."""
    with suppress(HeadcountError):
        asyncio.run(_forget(profile, token))


async def _forget(profile: Profile, token: str) -> None:
    async with open_device_client(profile) as client:
        await _told(client, token)


async def _once(profile: Profile, organisation: str, *, read_only: bool) -> DeviceToken:
    async with open_device_client(profile) as client:
        machine = clean(socket.gethostname(), LONGEST_MACHINE)
        code = await client.ask_for_code(machine=machine, organisation=organisation, read_only=read_only)
        if isinstance(code, OAuthRefusal):
            said = clean(code.error_description or code.error, 300)
            message = f"The server can't sign you in by browser now: {said}"
            raise NoDeviceSignIn(message)
        say(_shown(code), 0)
        try:
            return await wait_for_token(
                lambda: client.ask_for_token(code.device_code),
                code,
                sleep=asyncio.sleep,
                clock=time.monotonic,
                connected=_tell,
            )
        except asyncio.CancelledError:
            await _told(client, code.device_code)
            say("\nCancelled: you are not signed in, and the code is no longer valid.", 0)
            raise


async def _told(client: DeviceClient, code_or_token: str) -> None:
    """Tell the server that a code, or a token, is of no use any more."""
    with suppress(HeadcountError, TimeoutError):
        async with asyncio.timeout(_LAST_WORD):
            await client.give_up(code_or_token)


def _tell(connected: bool) -> None:  # noqa: FBT001 - it is told just this
    say("Connected again. Waiting …" if connected else "No connection to the server. Trying again …", 0)


def _shown(code: DeviceAuthorization) -> str:
    minutes = max(1, code.expires_in // 60)
    lines = [
        "To sign in, open this address in a browser, on any device:",
        "",
        f"    {clean(code.verification_uri, _LONGEST_ADDRESS)}",
        "",
        "and type this code:",
        "",
        f"    {clean(code.user_code, _LONGEST_CODE)}",
        "",
    ]
    if code.verification_uri_complete:
        lines += ["Or open it with the code in it:", "", f"    {clean(code.verification_uri_complete, 300)}", ""]
    lines += [f"The code is valid for {minutes} minutes. With a token instead: --token-prompt"]
    return "\n".join([*lines, "Waiting … (ctrl+c cancels)"])
