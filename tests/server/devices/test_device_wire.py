"""OAuth's device flow as RFC 8628, 6749, 7009 and 8414 say it, read off the wire."""

import re
from pathlib import Path
from typing import Any

import pytest
from builders import make_organisation, running
from device_desk import ADDRESS, asking, confirms, later, post, refuses

from contract.device import AUTHORIZE, CLIENT, GRANT, METADATA, REVOKE, TOKEN

ASKS = {"client_id": CLIENT}
POLLS = {"grant_type": GRANT, "client_id": CLIENT, "device_code": "x"}


async def test_a_device_gets_one_code_to_keep_and_one_to_show(tmp_path: Path) -> None:
    """With the address to type it at, with and without the code in it, and for how long; nothing is stored readably."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        answer = await post(server, AUTHORIZE, {**ASKS, "machine": "laptop"})
        found = answer.json()
        assert answer.headers["cache-control"] == "no-store"
        assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", found["user_code"])
        assert found["verification_uri"] == f"{ADDRESS}/device"
        assert found["verification_uri_complete"] == f"{ADDRESS}/device?user_code={found['user_code']}"
        assert (found["expires_in"], found["interval"]) == (600, 5)
        with server.services.database.read() as connection:
            stored = repr(connection.exec_driver_sql("SELECT * FROM device_sign_ins").all())
        assert found["device_code"] not in stored
        assert found["user_code"] not in stored
        assert found["user_code"].replace("-", "") not in stored


@pytest.mark.parametrize(
    ("path", "form", "status", "error"),
    [
        (AUTHORIZE, {}, 400, "invalid_request"),
        (AUTHORIZE, {"client_id": ""}, 400, "invalid_request"),
        (AUTHORIZE, {"client_id": "other"}, 401, "invalid_client"),
        (AUTHORIZE, {**ASKS, "scope": "everything"}, 400, "invalid_scope"),
        (AUTHORIZE, {**ASKS, "scope": "read write"}, 400, "invalid_scope"),
        (AUTHORIZE, {**ASKS, "machine": "x" * 9000}, 400, "invalid_request"),
        (TOKEN, {}, 400, "invalid_request"),
        (TOKEN, {**POLLS, "grant_type": "password"}, 400, "unsupported_grant_type"),
        (TOKEN, {**POLLS, "grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        (TOKEN, {**POLLS, "client_id": "other"}, 401, "invalid_client"),
        (TOKEN, {"grant_type": GRANT, "client_id": CLIENT}, 400, "invalid_request"),
        (TOKEN, {"grant_type": GRANT, "device_code": "x"}, 400, "invalid_request"),
        (TOKEN, POLLS, 400, "invalid_grant"),
        (REVOKE, {}, 400, "invalid_request"),
    ],
)
async def test_what_is_asked_wrongly_has_the_error_of_the_rfc(
    path: str, form: dict[str, str], status: int, error: str, tmp_path: Path
) -> None:
    """As JSON with `error` and a sentence, never to be stored; parameters nobody knows are ignored."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        answer = await post(server, path, {**form, "unknown": "x"})
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert answer.json()["error_description"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", [AUTHORIZE, TOKEN, REVOKE])
async def test_only_a_form_in_a_body_is_read(path: str, tmp_path: Path) -> None:
    """Not a query, not JSON, not a field given twice, not bytes that are no text; other methods are told which."""
    async with running(tmp_path, public_url=ADDRESS) as server, server.client() as api:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        for sent in (
            {"params": POLLS},
            {"data": POLLS, "params": {"scope": "read"}},
            {"json": POLLS},
            {"content": b"client_id=headcount&client_id=headcount", "headers": form},
            {"content": b"client_id=%ff", "headers": form},
            {"content": b"\xff=1", "headers": form},
            {"content": b"&".join(b"a%d=1" % each for each in range(99)), "headers": form},
        ):
            arguments: dict[str, Any] = dict(sent)
            answer = await api.post(path, **arguments)
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), sent
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            answer = await api.request(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_pending_until_somebody_confirms_and_then_once_a_token(tmp_path: Path) -> None:
    """The token is the person's own, works, and comes back once: asked again with the code, it ends."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team = make_organisation(server)
        device = await asking(server, "laptop")
        assert await device.told() == "authorization_pending"
        confirms(server, team.account_id, device.code, team.organisation_id)
        answer = await device.poll()
        found = answer.json()
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert (found["token_type"], found["expires_in"], found["scope"]) == ("Bearer", 90 * 86400, "")
        async with server.client(found["access_token"]) as api:
            me = (await api.get("/v1/me")).json()
            assert (me["account"]["id"], me["organisation"]["id"]) == (team.account_id, team.organisation_id)
            assert (me["role"], me["own_sign_in"]) == ("owner", True)
            listed = {each["label"]: each for each in (await api.get("/v1/tokens")).json()["items"]}["laptop"]
            assert (listed["made_by"], listed["expires_at"][:10]) == ("", "2026-02-12")
            kinds = [
                (each["type"], each["actor"]["account_id"]) for each in (await api.get("/v1/events")).json()["items"]
            ]
            assert ("token.created", team.account_id) in kinds
            assert await device.told() == "invalid_grant"
            assert (await api.get("/v1/me")).status_code == 401, "who replays a code ends what it gave"


async def test_the_interval_grows_with_each_question_that_comes_too_early(tmp_path: Path) -> None:
    """By five seconds for good: the question that would have been in time before is too early now."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        device = await asking(server)
        assert await device.told() == "authorization_pending"
        later(server, 2)
        assert await device.told() == "slow_down"
        later(server, 6)
        assert await device.told() == "slow_down", "ten seconds now"
        later(server, 12)
        assert await device.told() == "slow_down", "fifteen, then twenty"
        later(server, 20)
        assert await device.told() == "authorization_pending"
        later(server, 20)
        assert await device.told() == "authorization_pending"


async def test_refused_expired_and_cancelled_are_told_apart(tmp_path: Path) -> None:
    """And stay what they are, however often one asks."""
    async with running(tmp_path, public_url=ADDRESS) as server:
        team = make_organisation(server)
        refused, cancelled, late, old = [await asking(server) for _ in range(4)]
        refuses(server, team.account_id, refused.code)
        assert [await refused.told(), await refused.told()] == ["access_denied"] * 2
        assert (await cancelled.cancel()).status_code == 200
        assert await cancelled.told() == "invalid_grant"
        later(server, 595)
        confirms(server, team.account_id, late.code, team.organisation_id)
        later(server, 10)
        assert await late.told() == "token", "confirmed in the last seconds is still fetched"
        assert [await old.told(), await old.told()] == ["expired_token"] * 2


async def test_metadata_names_the_addresses(tmp_path: Path) -> None:
    """RFC 8414: a client that knows the server's address finds the rest."""
    async with running(tmp_path, public_url=ADDRESS) as server, server.client() as api:
        found = (await api.get(METADATA)).json()
        assert found["issuer"] == ADDRESS
        assert found["device_authorization_endpoint"] == f"{ADDRESS}{AUTHORIZE}"
        assert (found["token_endpoint"], found["revocation_endpoint"]) == (f"{ADDRESS}{TOKEN}", f"{ADDRESS}{REVOKE}")
        assert found["grant_types_supported"] == [GRANT]
        assert found["token_endpoint_auth_methods_supported"] == ["none"]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("localhost:8321", "http://localhost:8321"),
        ("127.0.0.1", "http://127.0.0.1"),
        ("[::1]:8321", "http://[::1]:8321"),
        ("evil.example", ""),
        ("localhost.evil.example", ""),
        ("localhost@evil.example", ""),
        ("localhost:80/evil", ""),
        ("127.0.0.1.evil.example", ""),
    ],
)
async def test_the_host_that_a_request_names_counts_on_this_machine_alone(
    host: str, address: str, tmp_path: Path
) -> None:
    """Without an address in the settings; with one it never counts."""
    async with running(tmp_path) as server, server.client(host=host) as api:
        answer = await api.post(AUTHORIZE, data=ASKS)
        if address:
            assert answer.json()["verification_uri"] == f"{address}/device"
        else:
            assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
            assert "--public-url" in answer.json()["error_description"]
    async with running(tmp_path, public_url=ADDRESS) as server, server.client(host=host) as api:
        assert (await api.post(AUTHORIZE, data=ASKS)).json()["verification_uri"] == f"{ADDRESS}/device"
