"""The published document tells every way a call can answer: odd requests are refused in a way it names."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import Team, make_organisation, running

from contract.operation import Operation, common_problems
from contract.operations import OPERATIONS

KEBIBYTE = 1024

ODD: dict[str, dict[str, Any]] = {
    "a parameter nobody knows": {"params": {"unknown": "1"}},
    "a parameter given twice": {"params": [("limit", "1"), ("limit", "2")]},
    "a control character": {"params": {"search": "\x00"}},
    "a bad key": {"headers": {"Idempotency-Key": "a b"}},
    "a bad version": {"headers": {"If-Match": "0"}},
    "an empty version": {"headers": {"If-Match": ""}},
    "a bad place to resume": {"headers": {"Last-Event-ID": "yesterday"}},
    "no JSON": {"content": b"{", "headers": {"Content-Type": "application/json"}},
    "an unknown field": {"json": {"unknown": True}},
    "another media type": {"content": b"<a/>", "headers": {"Content-Type": "text/xml"}},
    "too much": {"content": b" " * 2 * KEBIBYTE, "headers": {"Content-Type": "application/json"}},
}


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """One organisation on a server that takes bodies of at most one kibibyte."""
    async with running(tmp_path, max_body=KEBIBYTE) as server:
        yield make_organisation(server)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
async def test_odd_requests_are_refused_as_documented(team: Team, odd: dict[str, Any]) -> None:
    """Whatever is odd about a request, its status and code are among those the document names for the call."""
    async with team.client() as api:
        for operation in OPERATIONS:
            if operation.stream and odd is not ODD["a bad place to resume"]:
                continue
            answer = await _send(api, operation, odd)
            if answer.is_success:
                continue
            assert answer.json()["code"] in set(common_problems(operation)), (operation.name, answer.text)


async def _send(api: httpx.AsyncClient, operation: Operation, odd: dict[str, Any]) -> httpx.Response:
    return await api.request(operation.method, operation.path.replace("{id}", "zzz_1"), **odd)


async def test_an_empty_version_is_not_any_version(team: Team) -> None:
    """An `If-Match` without a value is refused: it must not become a change without a check."""
    async with team.client() as api:
        user = (await api.post("/v1/users", json={"email": "ada@b.example"})).json()
        answer = await api.delete(f"/v1/users/{user['id']}", headers={"If-Match": ""})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
        assert (await api.get(f"/v1/users/{user['id']}")).json()["status"] == "active"
