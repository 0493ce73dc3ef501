"""What stories about invitation codes share: people outside, and what using a code is answered with."""

from typing import Any

import httpx
from builders import RunningServer, Team

from server.operations.provisioning import give_token
from server.store import organisations


def outsider(server: RunningServer, name: str) -> str:
    """The token of a new account `<name>@outside.example`, of no organisation."""
    services = server.services
    now = services.clock.now()
    email = f"{name.lower()}@outside.example"
    with services.database.write() as connection:
        account = organisations.add_account(
            connection, email=email, email_key=email, now=now, first_name=name, last_name="Outside"
        )
        return give_token(connection, None, account, now)


async def new_code(api: httpx.AsyncClient, code: str = "", **bounds: Any) -> dict[str, Any]:
    """A code as the owner makes it."""
    answer = await api.post("/v1/invitation-codes", json={"code": code, **bounds})
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == '"1"'
    made: dict[str, Any] = answer.json()
    return made


async def enter(server: RunningServer, token: str, code: str, *, address: str = "198.51.100.7") -> httpx.Response:
    """Somebody types a code, from this address."""
    transport = httpx.ASGITransport(server.app, raise_app_exceptions=False, client=(address, 40_000))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://server", headers=headers) as api:
        return await api.post("/v1/profile/redeem-code", json={"code": code})


def outcome(answer: httpx.Response) -> str:
    """`active` for who came in, the problem's code for who did not."""
    found = answer.json()
    return str(found["status"] if answer.is_success else found["code"])


def told(answer: httpx.Response) -> dict[str, Any]:
    """All that somebody who is refused gets to know: without the id of the request."""
    found: dict[str, Any] = {**answer.json(), "status_code": answer.status_code}
    found.pop("request_id")
    return found


async def kinds(team: Team, newest: int) -> list[str]:
    """What happened last in an organisation, the newest first."""
    async with team.client() as api:
        page = (await api.get("/v1/events", params={"limit": newest})).json()
    return [each["type"] for each in page["items"]]
