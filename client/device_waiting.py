"""How a device waits until somebody has confirmed its code: how often it asks, and what it makes of no answer.

Time is passed in, so that tests need none.
"""

from collections.abc import Awaitable, Callable
from typing import NoReturn

from client.errors import (
    CannotConnect,
    HeadcountError,
    ServerFault,
    SignInExpired,
    SignInLost,
    SignInRefused,
    TooManyRequests,
    Unreachable,
)
from contract.device import DeviceAuthorization, DeviceToken, OAuthError, OAuthRefusal

SLOWER = 5.0
"""Seconds more between two questions, for good, each time the server says so (RFC 8628, 3.5)."""
LEAST, MOST = 1.0, 60.0
"""Seconds between two questions, whatever the server says; so long at most after many that had no answer."""

Ask = Callable[[], Awaitable[DeviceToken | OAuthRefusal]]
_ERRORS: dict[str, tuple[type[HeadcountError], str]] = {
    OAuthError.ACCESS_DENIED: (SignInRefused, "The sign-in was refused in the browser."),
    OAuthError.EXPIRED_TOKEN: (SignInExpired, "The code has expired."),
}


async def wait_for_token(
    ask: Ask,
    code: DeviceAuthorization,
    *,
    sleep: Callable[[float], Awaitable[None]],
    clock: Callable[[], float],
    connected: Callable[[bool], None],
) -> DeviceToken:
    """Ask until there is a token. Without a connection it goes on asking, less often; `connected` hears of changes.

    Raises:
        SignInRefused: somebody said no.
        SignInExpired: nobody said anything in time.
        SignInLost: somebody said yes, and the answer was lost on its way.
    """
    ends = clock() + code.expires_in
    interval = min(max(LEAST, float(code.interval)), MOST)
    pause, lost, unclear = interval, False, False
    while True:
        await sleep(max(0.0, min(pause, ends - clock())))
        if clock() >= ends:
            raise _ended(OAuthError.EXPIRED_TOKEN)
        try:
            found = await ask()
        except (Unreachable, ServerFault, TooManyRequests) as error:
            unclear = unclear or not isinstance(error, CannotConnect)
            if not lost:
                connected(False)  # noqa: FBT003 - that is what it is told
            lost, pause = True, min(MOST, max(2 * pause, error.retry_after or 0.0))
            continue
        if lost:
            connected(True)  # noqa: FBT003 - the same
        if isinstance(found, DeviceToken):
            return found
        interval += _more(found, unclear=unclear)
        pause, lost = interval, False


def _more(found: OAuthRefusal, *, unclear: bool) -> float:
    """Seconds more between two questions; anything but `wait` ends it."""
    if found.error == OAuthError.SLOW_DOWN:
        return SLOWER
    if found.error not in {OAuthError.AUTHORIZATION_PENDING, OAuthError.TEMPORARILY_UNAVAILABLE}:
        _end(found, unclear=unclear)
    return 0.0


def _end(found: OAuthRefusal, *, unclear: bool) -> NoReturn:
    if found.error == OAuthError.INVALID_GRANT and unclear:
        message = "The server's answer was lost, and the token in it is revoked."
        raise SignInLost(message)
    raise _ended(found.error, found.error_description)


def _ended(error: str, said: str = "") -> HeadcountError:
    kind, words = _ERRORS.get(error, (SignInRefused, ""))
    return kind(words or f"The server ended the sign-in: {said or error}")
