"""What stories about imports share: files, sending them, and waiting until they stand still."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
from builders import Team

PEOPLE = Path(__file__).parent / "data" / "people"
"""Files of people as they are really sent."""


def sheet(*rows: str, header: str = "email,first_name,last_name,position") -> bytes:
    """A CSV file."""
    return "\n".join([header, *rows, ""]).encode()


def crowd(count: int, domain: str = "many.example", start: int = 0) -> bytes:
    """A file of so many people."""
    return sheet(*(f"p{number}@{domain},Person,Number {number}," for number in range(start, start + count)))


async def plan(api: httpx.AsyncClient, content: bytes, name: str = "people.csv", **form: str) -> dict[str, Any]:
    """Send a file that can be planned; answers the import."""
    answer = await send(api, content, name, **form)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def send(
    api: httpx.AsyncClient, content: bytes, name: str = "people.csv", key: str = "", **form: str
) -> httpx.Response:
    """Send a file, perhaps with a key."""
    headers = {"Idempotency-Key": key} if key else {}
    return await api.post("/v1/imports", files={"file": (name, content)}, data=form, headers=headers)


async def begin(api: httpx.AsyncClient, planned: dict[str, Any], mode: str = "best_effort") -> httpx.Response:
    """Ask for it to be applied; a guess of the encoding is confirmed with it."""
    body = {"mode": mode, "version": planned["version"]}
    if planned["encoding_guessed"]:
        body["encoding"] = planned["encoding"]
    return await api.post(f"/v1/imports/{planned['id']}/apply", json=body)


async def apply(
    team: Team, api: httpx.AsyncClient, planned: dict[str, Any], mode: str = "best_effort"
) -> dict[str, Any]:
    """Apply it and wait until it stands still."""
    answer = await begin(api, planned, mode)
    assert answer.status_code == 200, answer.text
    return await still(team, api, planned["id"])


async def still(team: Team, api: httpx.AsyncClient, import_id: str) -> dict[str, Any]:
    """The import when nothing goes on any more."""
    await team.server.services.tasks.settled(import_id, 60)
    found: dict[str, Any] = (await api.get(f"/v1/imports/{import_id}")).json()
    assert found["status"] not in {"planning", "applying"}
    return found


async def rows_of(api: httpx.AsyncClient, import_id: str, **query: Any) -> list[dict[str, Any]]:
    """Its rows."""
    answer = await api.get(f"/v1/imports/{import_id}/rows", params={"limit": 500, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def verdicts(rows: Iterable[dict[str, Any]]) -> list[str]:
    """What the clerk said, row by row."""
    return [row["verdict"] if not row["field"] else f"{row['verdict']} {row['field']}" for row in rows]


async def listed(api: httpx.AsyncClient) -> dict[str, tuple[str, str, str, str]]:
    """Every user by address: first name, last name, position and source."""
    answer = await api.get("/v1/users", params={"limit": 500})
    return {
        each["email"]: (each["first_name"], each["last_name"], each["position"], each["source"])
        for each in answer.json()["items"]
    }
