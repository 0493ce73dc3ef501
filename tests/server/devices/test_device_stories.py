"""Who may sign a device in, for what, and what becomes of it when things change meanwhile."""

from pathlib import Path

import pytest
from builders import make_organisation, running
from device_desk import ADDRESS, asking, confirms, later, looks, post, refuses

from contract.device import AUTHORIZE, CLIENT, REVOKE
from contract.people import Role
from server.devices.asking import FROM_ONE_NETWORK
from server.devices.confirming import DeniedError, No, forget_confirmed, masked
from server.devices.endpoints import forget_expired
from server.domain.device_codes import code_key
from server.store import organisations


async def test_two_devices_at_once_get_each_their_own(tmp_path: Path) -> None:
    """What one is answered is nothing to the other; each token has its machine's name."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team = make_organisation(server)
        laptop, phone = await asking(server, "laptop"), await asking(server, "phone")
        confirms(server, team.account_id, phone.code, team.organisation_id)
        refuses(server, team.account_id, laptop.code)
        assert (await laptop.told(), await phone.told()) == ("access_denied", "token")
        async with team.client() as api:
            labels = [each["label"] for each in (await api.get("/v1/tokens")).json()["items"]]
        assert "phone" in labels
        assert "laptop" not in labels


async def test_one_sees_what_asks_and_from_where_before_one_answers(tmp_path: Path) -> None:
    """The machine by its own word, made harmless; its network without the machine's own part; one's organisations."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team, other = make_organisation(server), make_organisation(server, "Other Ltd", owner="owner@example.example")
        device = await asking(server, "bad\x1b[31m\u202ename" + "x" * 99, organisation="other ltd")
        seen = looks(server, team.account_id, device.code.lower().replace("-", " "), network="127.0.0.1")
        assert seen.machine == ("bad [31m name" + "x" * 99)[:60]
        assert (seen.network, seen.same_network) == ("127.0.0.x", True)
        assert [each.id for each in seen.houses] == [team.organisation_id, other.organisation_id]
        assert seen.suggested == other.organisation_id, "what the device asked for comes first"
        assert not looks(server, team.account_id, device.code, network="203.0.113.9").same_network


@pytest.mark.parametrize(
    ("network", "shown"),
    [("203.0.113.9", "203.0.113.x"), ("2001:db8:1:2::/64", "2001:db8:1::…"), ("", ""), ("no address", "")],
)
def test_addresses_are_shown_without_what_tells_neighbours_apart(network: str, shown: str) -> None:
    """Enough to see that it is not one's own; nothing is invented where none is known."""
    assert masked(network) == shown


async def test_the_token_is_for_the_organisation_that_was_chosen(tmp_path: Path) -> None:
    """One of the person's own; somebody of none is signed in for none, and nobody for a stranger's."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team, other = make_organisation(server), make_organisation(server, "Other Ltd")
        nobody = team.member(email="nobody@example.com")
        with server.services.database.write() as connection:
            organisations.leave(connection, team.organisation_id, [nobody])
        device = await asking(server)
        for account, house in (
            (team.account_id, other.organisation_id),
            (team.account_id, ""),
            (nobody, team.organisation_id),
        ):
            with pytest.raises(DeniedError) as denied:
                confirms(server, account, device.code, house)
            assert denied.value.why is No.NOT_A_MEMBER
        confirms(server, nobody, device.code)
        token = (await device.poll()).json()["access_token"]
        async with server.client(token) as api:
            assert (await api.get("/v1/me")).json()["organisation"] is None


async def test_a_code_is_answered_once(tmp_path: Path) -> None:
    """Two tabs, the back button, two people: the second is told what the first did, if that was oneself."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team = make_organisation(server)
        other = team.member(Role.VIEWER)
        device, refused, expired, cancelled = [await asking(server) for _ in range(4)]
        confirms(server, team.account_id, device.code, team.organisation_id)
        refuses(server, team.account_id, refused.code)
        await cancelled.cancel()
        for account, code, why in (
            (team.account_id, device.code, No.CONFIRMED),
            (other, device.code, No.UNKNOWN),
            (team.account_id, refused.code, No.REFUSED),
            (other, refused.code, No.UNKNOWN),
            (other, cancelled.code, No.CANCELLED),
        ):
            for act in (looks, confirms, refuses):
                with pytest.raises(DeniedError) as denied:
                    act(server, account, code)
                assert denied.value.why is why
        assert await device.told() == "token"
        with pytest.raises(DeniedError, match="confirmed"):
            confirms(server, team.account_id, device.code, team.organisation_id)
        later(server, 600)
        with pytest.raises(DeniedError, match="expired"):
            confirms(server, team.account_id, expired.code, team.organisation_id)


async def test_guessing_codes_ends_after_ten(tmp_path: Path) -> None:
    """By an account, and from a network with however many accounts; what is no code at all is a slip, not a guess."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team = make_organisation(server)
        device = await asking(server)
        for _ in range(12):
            with pytest.raises(DeniedError, match="unknown"):
                looks(server, team.account_id, "hello", network="203.0.113.9")
        for number in range(10):
            with pytest.raises(DeniedError, match="unknown"):
                looks(server, team.account_id, f"BBBB-BBB{'BCDFGHJKLM'[number]}", network="203.0.113.9")
        other = team.member(Role.VIEWER)
        for account, network in ((team.account_id, ""), (other, "203.0.113.9")):
            with pytest.raises(DeniedError) as denied:
                looks(server, account, device.code, network)
            assert denied.value.why is No.TOO_MANY
            assert denied.value.retry_after == 3600
        looks(server, other, device.code, network="203.0.113.10")
        later(server, 3601)
        fresh = await asking(server)
        looks(server, team.account_id, fresh.code, network="203.0.113.9")


async def test_one_network_can_not_ask_for_codes_without_end(tmp_path: Path) -> None:
    """What has expired makes room again."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        for _ in range(FROM_ONE_NETWORK):
            await asking(server)
        answer = await post(server, AUTHORIZE, {"client_id": CLIENT})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
        assert answer.json()["error"] == "temporarily_unavailable"
        later(server, 601)
        await asking(server)


async def test_who_left_meanwhile_gets_no_token(tmp_path: Path) -> None:
    """Confirmed, then taken out of the organisation, before the device asked again: it is denied, for good."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team = make_organisation(server)
        member = team.member()
        device = await asking(server)
        confirms(server, member, device.code, team.organisation_id)
        with server.services.database.write() as connection:
            organisations.leave(connection, team.organisation_id, [member])
        assert [await device.told(), await device.told()] == ["access_denied"] * 2


async def test_what_was_confirmed_ends_when_access_is_reset(tmp_path: Path) -> None:
    """An operator who ends somebody's sessions ends what they confirmed last, too, if no device has fetched it."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team = make_organisation(server)
        device = await asking(server)
        confirms(server, team.account_id, device.code, team.organisation_id)
        with server.services.database.write() as connection:
            forget_confirmed(connection, team.account_id)
        assert await device.told() == "access_denied"


async def test_a_server_started_again_knows_what_was_pending(tmp_path: Path) -> None:
    """Asked before, confirmed after, fetched after another start."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team = make_organisation(server)
        device = await asking(server)
        assert await device.told() == "authorization_pending"
    async with running(tmp_path, public_url=ADDRESS) as server:
        device.server = server
        assert await device.told() == "slow_down", "the interval is kept, too"
        confirms(server, team.account_id, device.code, team.organisation_id)
    async with running(tmp_path, public_url=ADDRESS) as server:
        device.server = server
        assert await device.told() == "token"


async def test_a_device_that_gives_up_ends_its_token_too(tmp_path: Path) -> None:
    """By its code or by the token itself; what is neither is as good as ended."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team = make_organisation(server)
        for by_code in (True, False):
            device = await asking(server)
            confirms(server, team.account_id, device.code, team.organisation_id)
            token = (await device.poll()).json()["access_token"]
            given = device.answer["device_code"] if by_code else token
            for _ in range(2):
                assert (await post(server, REVOKE, {"token": given})).status_code == 200
            async with server.client(token) as api:
                assert (await api.get("/v1/me")).status_code == 401
        assert (await post(server, REVOKE, {"token": "anything"})).status_code == 200
        async with team.client() as api:
            ended = [each for each in (await api.get("/v1/events")).json()["items"] if each["type"] == "token.revoked"]
        assert [each["object"]["attributes"]["because"] for each in ended] == ["cancelled"] * 2


async def test_a_read_only_sign_in_changes_nothing(tmp_path: Path) -> None:
    """It reads what its role reads; every command is refused, those about oneself too."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team = make_organisation(server)
        device = await asking(server, scope="read")
        assert looks(server, team.account_id, device.code).read_only
        confirms(server, team.account_id, device.code, team.organisation_id)
        found = (await device.poll()).json()
        assert found["scope"] == "read"
        async with server.client(found["access_token"]) as api:
            assert (await api.get("/v1/me")).json()["read_only"] is True
            assert (await api.get("/v1/users")).status_code == 200
            assert any(each["read_only"] for each in (await api.get("/v1/tokens")).json()["items"])
            for method, path in (("POST", "/v1/users"), ("POST", "/v1/tokens"), ("PATCH", "/v1/profile")):
                refused = await api.request(method, path, json={}, headers={"Idempotency-Key": "k"})
                assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


async def test_what_expired_long_ago_is_forgotten(tmp_path: Path) -> None:
    """After a day; then its code is one that never was."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        device = await asking(server)
        later(server, 601)
        list(forget_expired(server.services))
        assert await device.told() == "expired_token"
        later(server, 90_000)
        list(forget_expired(server.services))
        assert await device.told() == "invalid_grant"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("BCDF-GHJK", "BCDFGHJK"),
        (" bcdf ghjk ", "BCDFGHJK"),
        ("bcdfghjk", "BCDFGHJK"),
        ("BCDF-GHJ", ""),
        ("BCDF-GHJKL", ""),
        ("BCDF-GHJA", ""),
        ("BCDF-GHJ0", ""),
        ("", ""),
        ("x" * 10_000, ""),
        ("ＢＣＤＦＧＨＪＫ", ""),
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str, key: str) -> None:
    """Case and separators don't matter; what holds other letters, or too few, is none."""
    assert code_key(typed) == key
