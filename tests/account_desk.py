"""What stories about one's own account share: people with or without an organisation, and their tokens."""

from typing import Any

import httpx
from builders import RunningServer, Team

from server.operations.authentication import Wanted, sign_in
from server.operations.provisioning import give_token


def outsider(server: RunningServer, email: str = "ana@outside.example") -> str:
    """The token of an account of no organisation, made if there is none."""
    with server.services.database.write() as connection:
        return sign_in(connection, Wanted(email, new=True), server.services.clock.now()).token


def token_for(team: Team, account_id: str) -> str:
    """A token of an account in this organisation."""
    services = team.server.services
    with services.database.write() as connection:
        return give_token(connection, team.organisation_id, account_id, services.clock.now())


async def profile(api: httpx.AsyncClient) -> dict[str, Any]:
    """What an account is told about itself."""
    answer = await api.get("/v1/profile")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def offered(owner: httpx.AsyncClient, email: str = "ana@outside.example", message: str = "") -> str:
    """An organisation's offer to an address; its id."""
    answer = await owner.post("/v1/transfers", json={"email": email, "message": message})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def asks(api: httpx.AsyncClient, organisation: str, **more: Any) -> httpx.Response:
    """Ask to join."""
    return await api.post("/v1/profile/transfers", json={"organisation": organisation, **more})


async def move(api: httpx.AsyncClient, transfer: str, verb: str, **body: Any) -> httpx.Response:
    """Accept, decline, cancel or undo, as the account itself."""
    return await api.post(f"/v1/profile/transfers/{transfer}/{verb}", json=body or None)


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, str(answer.json()["code"])
