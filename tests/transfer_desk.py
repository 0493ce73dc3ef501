"""What stories about transfer requests share: people who ask to join, and reading what became of it."""

import datetime as dt
from typing import Any

import httpx
from builders import Team
from sqlalchemy import select, update

from server.operations.verify import findings
from server.platform import text
from server.platform.ids import new_id
from server.store import organisations, transfers
from server.store.tables import transfers as table

DAY = dt.timedelta(days=1)


def ask_to_join(
    team: Team, *names: str, gives_up: str = "", message: str = "", expires_in: dt.timedelta = 14 * DAY
) -> list[str]:
    """Incoming requests by new accounts `<name>@outside.example`, in this order; answers their ids."""
    services = team.server.services
    now = services.clock.now()
    ids = []
    with services.database.write() as connection:
        for name in names:
            email = f"{name.lower()}@outside.example"
            account = organisations.account_by_email(connection, email)
            account_id = (
                account.id
                if account
                else organisations.add_account(
                    connection, email=email, email_key=email, now=now, first_name=name, last_name="Outside"
                )
            )
            ids.append(new_id("trf"))
            transfers.add(
                connection,
                {
                    "id": ids[-1],
                    "organisation_id": team.organisation_id,
                    "subscription_id": team.subscription_id,
                    "direction": "incoming",
                    "state": "pending",
                    "account_id": account_id,
                    "email": email,
                    "email_key": email,
                    "first_name": name,
                    "last_name": "Outside",
                    "name_key": text.name_key(name, "Outside", email),
                    "search_key": text.search_key(name, "Outside", email, ""),
                    "message": message,
                    "gives_up": gives_up,
                    "created_at": now,
                    "sent_at": now,
                    "expires_at": now + expires_in,
                },
            )
    return ids


def force_state(team: Team, transfer_id: str, state: str) -> None:
    """Put a request into a state, whatever it is in."""
    with team.server.services.database.write() as connection:
        connection.execute(update(table).where(table.c.id == transfer_id).values(state=state))


def link_of(team: Team, transfer_id: str) -> bytes | None:
    """The hash of the link that was sent last."""
    with team.server.services.database.read() as connection:
        link: bytes | None = connection.execute(select(table.c.link_hash).where(table.c.id == transfer_id)).scalar_one()
    return link


async def asked(api: httpx.AsyncClient, email: str, message: str = "") -> dict[str, Any]:
    """An outgoing request."""
    answer = await api.post("/v1/transfers", json={"email": email, "message": message})
    assert answer.status_code == 201, answer.text
    transfer: dict[str, Any] = answer.json()
    return transfer


async def decide(
    api: httpx.AsyncClient, accept: list[str], decline: list[str] | None = None, *, version: int = 1, **more: Any
) -> dict[str, Any]:
    """Decide many, all seen at the same version."""
    seen = {
        "accept": [{"id": each, "version": version} for each in accept],
        "decline": [{"id": each, "version": version} for each in decline or []],
    }
    answer = await api.post("/v1/transfers/decisions", json=seen | more)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def states(api: httpx.AsyncClient, **query: Any) -> dict[str, str]:
    """The state of each request, by address."""
    answer = await api.get("/v1/transfers", params=query)
    assert answer.status_code == 200, answer.text
    return {each["email"]: each["state"] for each in answer.json()["items"]}


def whole(team: Team) -> None:
    """The database keeps every invariant."""
    with team.server.services.database.read() as connection:
        assert list(findings(connection)) == []
