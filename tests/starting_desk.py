"""What stories about a first subscription share: accounts without one, prices, confirmations."""

from typing import Any

import httpx
from builders import RunningServer
from sqlalchemy import select

from server.operations.authentication import Wanted, sign_in
from server.store.tables import organisations, start_payments, starts, subscriptions

NINA = "nina@newcomer.example"
OTTO = "otto@other.example"

QUOTES = "/v1/profile/start/quotes"
WANTED: dict[str, Any] = {"name": "Newcomer & Co", "plan": "business", "seats": 3}


def newcomer(server: RunningServer, email: str = NINA) -> httpx.AsyncClient:
    """A client of somebody who has an account and is in no organisation."""
    with server.services.database.write() as connection:
        token = sign_in(connection, Wanted(email, new=True), server.services.clock.now()).token
    return server.client(token)


async def price(api: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    """What starting it costs: the whole answer."""
    answer = await api.post(QUOTES, json=WANTED | wanted)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(api: httpx.AsyncClient, **wanted: Any) -> tuple[int, str, str]:
    """Status, code and sentence of a price that is not given."""
    answer = await api.post(QUOTES, json=WANTED | wanted)
    said = answer.json()
    return answer.status_code, said.get("code", ""), said.get("detail", "")


async def confirm(api: httpx.AsyncClient, quote_id: str, key: str = "key-1") -> httpx.Response:
    """Start it."""
    return await api.post(f"{QUOTES}/{quote_id}/confirm", headers={"Idempotency-Key": key})


async def started(api: httpx.AsyncClient, key: str = "key-1", **wanted: Any) -> dict[str, Any]:
    """Price it and start it; the answer."""
    answer = await confirm(api, (await price(api, **wanted))["quote"]["id"], key)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def there_is(server: RunningServer) -> tuple[int, int]:
    """How many organisations and subscriptions there are."""
    with server.services.database.read() as connection:
        rows = [connection.execute(select(table.c.id)).all() for table in (organisations, subscriptions)]
    return len(rows[0]), len(rows[1])


def tries(server: RunningServer) -> list[str]:
    """How the payments asked for starts ended, by their states."""
    query = select(start_payments.c.status).order_by(start_payments.c.status)
    with server.services.database.read() as connection:
        return list(connection.execute(query).scalars())


def kept(server: RunningServer) -> list[str]:
    """The state of every start that is kept."""
    with server.services.database.read() as connection:
        return list(connection.execute(select(starts.c.status).order_by(starts.c.created_at)).scalars())
