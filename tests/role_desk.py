"""What stories about roles share: members with a sign-in of their own, and the calls that change what they are."""

from dataclasses import dataclass
from typing import Any

import httpx
from account_desk import token_for
from builders import Team

from contract.people import Role


@dataclass(frozen=True)
class Person:
    """A member, with a token of their own."""

    id: str
    email: str
    token: str


def person(team: Team, name: str, role: Role = Role.MEMBER, *, limit: int | None = 0) -> Person:
    """A new member who has signed in by themselves."""
    email = f"{name}@team.example"
    account = team.member(role, email=email, spending_limit=limit, made_here=False)
    return Person(account, email, token_for(team, account))


async def give(api: httpx.AsyncClient, who: str, role: str | None = None, **more: Any) -> httpx.Response:
    """Give a member a role, and a limit if one is named; headers by `headers`."""
    headers = more.pop("headers", None)
    body = {**({"role": role} if role else {}), **more}
    return await api.patch(f"/v1/members/{who}", json=body, headers=headers)


def eur(amount: int) -> dict[str, Any]:
    """A limit as it travels."""
    return {"amount": amount, "currency": "EUR"}


async def member(api: httpx.AsyncClient, who: str) -> dict[str, Any]:
    """A member's profile."""
    answer = await api.get(f"/v1/members/{who}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def told(api: httpx.AsyncClient, kind: str) -> list[dict[str, Any]]:
    """Events of a kind, the newest first."""
    found: list[dict[str, Any]] = (await api.get("/v1/events", params={"kind": kind})).json()["items"]
    return found
