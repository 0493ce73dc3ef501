"""Profiles: checked when they are read, not when money is on the line."""

from pathlib import Path
from typing import Any

import pytest
from client_desk import TOKEN, URL, Script, client_of, json_response, me
from pydantic import SecretStr, ValidationError

from client.errors import NoToken
from client.profile import Profile, open_client
from contract.money import Money

pytestmark = pytest.mark.process


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://seats.example.com"},
        {"url": "https://ada:secret@seats.example.com"},
        {"token_env": "A", "token_file": "/t"},
        {"token_env": "A", "token_command": "pass show x"},
        {"tokn_env": "A"},
        {"timeouts": {"connect": 0}},
        {"timeouts": {"forever": 1}},
        {"spending_limit": "lots"},
        {"spending_limit": "EUR 10.5"},
        {"spending_limit": "JPY 10.50"},
        {"colour": "\x1b[31m"},
    ],
)
def test_mistakes_are_refused(wrong: dict[str, Any]) -> None:
    """A profile with a mistake is refused, in words that do not repeat a secret in it."""
    with pytest.raises(ValidationError) as caught:
        Profile.model_validate({"url": URL, **wrong})
    assert "secret@" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [("EUR 500", 50000, "EUR"), ("EUR 500.25", 50025, "EUR"), ("JPY 500", 500, "JPY"), ("KWD 1.234", 1234, "KWD")],
)
def test_a_spending_limit_reads_as_money(text: str, amount: int, currency: str) -> None:
    """A limit is written as people write it, with the decimals of its currency."""
    profile = Profile.model_validate({"url": URL, "spending_limit": text})
    assert profile.spending_limit == Money(amount=amount, currency=currency)


def test_the_token_is_read_from_where_the_profile_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the three places works, and none is fine too."""
    file = tmp_path / "token"
    file.write_text(TOKEN)
    file.chmod(0o600)
    monkeypatch.setenv("HC_TEST", TOKEN)
    for place in ({"token_env": "HC_TEST"}, {"token_command": f"echo {TOKEN}"}, {"token_file": file}):
        assert Profile.model_validate({"url": URL, **place}).token() == SecretStr(TOKEN)
    assert Profile(url=URL).token() is None


async def test_a_missing_token_is_told_at_the_first_call() -> None:
    """Opening a client never blocks or fails; the first call says what is wrong, and nothing is sent."""
    network = Script([json_response(me())])
    async with client_of(network, token_env="HEADCOUNT_TEST_UNSET") as client:
        with pytest.raises(NoToken):
            await client.me()
    assert network.seen == []


async def test_the_token_is_sent_as_a_bearer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token travels in the Authorization header."""
    monkeypatch.setenv("HC_TEST", TOKEN)
    network = Script([json_response(me())])
    async with client_of(network, token_env="HC_TEST") as client:
        await client.me()
    assert network.seen[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_client_can_be_opened_without_a_loop() -> None:
    """Opening needs no running event loop."""
    assert open_client(Profile(url=URL)).journal is None
