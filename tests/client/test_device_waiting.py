"""How a device waits for its person, and what it makes of a server that says little or nothing (RFC 8628, 3.5)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from builders import make_organisation, running
from device_desk import ADDRESS, confirms

from client.device_waiting import wait_for_token
from client.errors import (
    Broken,
    CannotConnect,
    HeadcountError,
    NoDeviceSignIn,
    NotThisApi,
    ServerBusy,
    SignInExpired,
    SignInLost,
    SignInRefused,
)
from client.profile import Profile, open_device_client
from contract.device import DeviceAuthorization, DeviceToken, OAuthRefusal

TOKEN = DeviceToken(access_token="hc_x", token_type="Bearer", expires_in=60)
WAIT, SLOW, NO = (OAuthRefusal(error=each) for each in ("authorization_pending", "slow_down", "access_denied"))
CUT, DOWN = Broken("cut"), CannotConnect("down")


@dataclass
class Waiting:
    """A device in a time of its own, the server's answers one by one; the last is repeated."""

    answers: list[DeviceToken | OAuthRefusal | HeadcountError]
    now: float = 0.0
    asked: list[float] = field(default_factory=list)
    told: list[bool] = field(default_factory=list)

    async def ask(self) -> DeviceToken | OAuthRefusal:
        """The next answer."""
        self.asked.append(self.now)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, HeadcountError):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        """Time goes by."""
        self.now += seconds

    async def wait(self, lasts: int = 600, interval: int = 5) -> DeviceToken:
        """Wait for the token."""
        code = DeviceAuthorization(
            device_code="d", user_code="u", verification_uri="v", expires_in=lasts, interval=interval
        )
        return await wait_for_token(
            self.ask, code, sleep=self.sleep, clock=lambda: self.now, connected=self.told.append
        )


@pytest.mark.parametrize(
    ("answers", "asked", "told"),
    [
        ([WAIT, WAIT, TOKEN], [5, 10, 15], []),
        ([SLOW, WAIT, SLOW, TOKEN], [5, 15, 25, 40], []),
        ([WAIT, DOWN, DOWN, WAIT, TOKEN], [5, 10, 20, 40, 45], [False, True]),
        ([CUT, TOKEN], [5, 15], [False, True]),
        ([ServerBusy("busy", retry_after=30), WAIT, TOKEN], [5, 35, 40], [False, True]),
        ([OAuthRefusal(error="temporarily_unavailable"), TOKEN], [5, 10], []),
    ],
)
async def test_it_asks_as_often_as_it_may(
    answers: list[DeviceToken | OAuthRefusal | HeadcountError], asked: list[float], told: list[bool]
) -> None:
    """Less often for good when it is told to; less often for a while when nobody answers, which is said once."""
    waiting = Waiting(answers)
    assert await waiting.wait() == TOKEN
    assert (waiting.asked, waiting.told) == (asked, told)


@pytest.mark.parametrize(
    ("answers", "ends"),
    [
        ([WAIT, NO], SignInRefused),
        ([OAuthRefusal(error="expired_token")], SignInExpired),
        ([WAIT], SignInExpired),
        ([DOWN], SignInExpired),
        ([OAuthRefusal(error="invalid_grant")], SignInRefused),
        ([CUT, OAuthRefusal(error="invalid_grant")], SignInLost),
        ([DOWN, OAuthRefusal(error="invalid_grant")], SignInRefused),
        ([OAuthRefusal(error="something_new", error_description="Odd.")], SignInRefused),
        ([NotThisApi("a web page")], NotThisApi),
    ],
)
async def test_it_ends_with_what_happened(
    answers: list[DeviceToken | OAuthRefusal | HeadcountError], ends: type[HeadcountError]
) -> None:
    """Also when the server can't be reached any more: a code does not hold for ever."""
    waiting = Waiting(answers)
    with pytest.raises(ends) as ended:
        await waiting.wait()
    assert type(ended.value) is ends
    assert waiting.now <= 600


@pytest.mark.parametrize(("interval", "first"), [(0, 1), (-5, 1), (5, 5), (10_000, 60)])
async def test_a_server_can_not_have_it_ask_all_the_time_or_never(interval: int, first: float) -> None:
    """Whatever interval it names."""
    waiting = Waiting([TOKEN])
    await waiting.wait(interval=interval)
    assert waiting.asked == [first]


async def test_the_calls_against_the_real_server(tmp_path: Path) -> None:
    """A code, pending, confirmed, the token; then nothing more, and the token ends."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team = make_organisation(server)
        transport = httpx.ASGITransport(server.app)
        async with open_device_client(Profile(url="https://seats.example.com"), transport=transport) as client:
            code = await client.ask_for_code(machine="laptop", organisation="Example Ltd", read_only=True)
            assert isinstance(code, DeviceAuthorization)
            assert await client.ask_for_token(code.device_code) == OAuthRefusal(
                error="authorization_pending", error_description="Nobody has confirmed the code yet."
            )
            seen = confirms(server, team.account_id, code.user_code, team.organisation_id)
            assert (seen.machine, seen.read_only) == ("laptop", True)
            found = await client.ask_for_token(code.device_code)
            assert isinstance(found, DeviceToken)
            await client.give_up(found.access_token)
            async with server.client(found.access_token) as api:
                assert (await api.get("/v1/me")).status_code == 401


def answering(status: int, text: str, media: str) -> Callable[[httpx.Request], httpx.Response]:
    """A server that answers everything alike."""
    return lambda _: httpx.Response(status, text=text, headers={"Content-Type": media})


@pytest.mark.parametrize(
    ("status", "text", "media", "raises"),
    [
        (404, "<html>", "text/html", NoDeviceSignIn),
        (404, '{"code":"not_found","title":"x","status":404}', "application/problem+json", NoDeviceSignIn),
        (404, '{"detail":"Not Found"}', "application/json", NoDeviceSignIn),
        (405, "", "text/plain", NoDeviceSignIn),
        (401, '{"message":"no"}', "application/json", NoDeviceSignIn),
        (200, "<html>", "text/html", NotThisApi),
        (302, "", "text/html", NotThisApi),
        (503, "", "text/html", ServerBusy),
    ],
)
async def test_a_server_of_another_make(status: int, text: str, media: str, raises: type[HeadcountError]) -> None:
    """One without these addresses is told from one that is not there or not well."""
    transport = httpx.MockTransport(answering(status, text, media))
    async with open_device_client(Profile(url="https://seats.example.com"), transport=transport) as client:
        with pytest.raises(raises):
            await client.ask_for_code()


def test_the_token_is_not_in_what_is_shown_of_an_answer() -> None:
    """A traceback or a log line that names the answer does not have it."""
    assert "hc_x" not in repr(TOKEN)
