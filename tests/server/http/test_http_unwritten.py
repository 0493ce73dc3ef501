"""No answer is lost with its deed: a command sent again is not done again, whatever could not be written."""

import inspect
from pathlib import Path
from typing import Any

import pytest
from builders import make_organisation, running
from import_desk import sheet
from sqlalchemy.exc import OperationalError

from contract.operations import OPERATIONS
from server.app import load_areas
from server.http import idempotency
from server.http.binding import REPLAYED, Endpoint
from server.users import selections

FULL = OperationalError("UPDATE", {}, OSError("database or disk is full"))

LONG: dict[str, dict[str, Any]] = {
    "/v1/users/selections": {"json": {"filter": {}}},
    "/v1/sandbox/clock": {"json": {"advance": "P1D"}},
    "/v1/imports": {"files": {"file": ("people.csv", sheet("a@x.example,Ann,A,"))}},
}


@pytest.mark.parametrize("path", LONG)
async def test_a_deed_keeps_its_answer_itself(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was answered is under its key with the deed, also when nothing could be written since."""

    async def nothing(*_: object) -> None:
        """Nothing can be kept any more."""

    method = next(each.method for each in OPERATIONS if each.path == path and each.method != "GET")
    headers = {"Idempotency-Key": "once"}
    monkeypatch.setattr(Endpoint, "_keep", nothing)
    async with running(tmp_path) as server:
        team = make_organisation(server, users=3)
        async with team.client() as api:
            first = await api.request(method, path, headers=headers, **LONG[path])
            assert first.is_success, first.text
    async with running(tmp_path) as server, server.client(team.token) as api:
        before = (await api.get("/v1/events?limit=500")).json()["items"]
        again = await api.request(method, path, headers=headers, **LONG[path])
        assert again.headers[REPLAYED] == "true"
        assert again.json().get("id") == first.json().get("id")
        assert (await api.get("/v1/events?limit=500")).json()["items"] == before


def test_every_long_command_keeps_its_answer_with_its_deed() -> None:
    """Those of several transactions are all known here; a new one has to be added to the story above."""
    handlers = {
        operation: handler for area in load_areas() for operation, handler in getattr(area, "HANDLERS", {}).items()
    }
    long = {each.path for each in handlers if each.method != "GET" and inspect.iscoroutinefunction(handlers[each])}
    of_one_begun = {f"/v1/users/selections/{{id}}/{deed}" for deed in ("remove", "restore")}
    paid = {"/v1/quotes/{id}/confirm", "/v1/profile/start/quotes/{id}/confirm"}  # a payment keeps its answer itself
    of_one_begun |= {f"/v1/imports/{{id}}/{deed}" for deed in ("mapping", "encoding")}
    assert long == {*LONG, *of_one_begun, *paid}


async def test_an_end_that_could_not_be_written_comes_with_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure whose answer the disk did not take is answered again, and nothing is tried a second time."""
    tried = 0

    def broken(*_: object) -> None:
        nonlocal tried
        tried += 1
        raise ZeroDivisionError

    def full(*_: object) -> None:
        raise FULL

    monkeypatch.setattr(selections, "count", broken)
    async with running(tmp_path) as server, make_organisation(server, users=3).client() as api:
        headers = {"Idempotency-Key": "once"}
        with monkeypatch.context() as disk:
            disk.setattr(idempotency.Slot, "store", full)
            first = await api.post("/v1/users/selections", json={"filter": {}}, headers=headers)
        again = await api.post("/v1/users/selections", json={"filter": {}}, headers=headers)
        third = await api.post("/v1/users/selections", json={"filter": {}}, headers=headers)
    assert (first.status_code, REPLAYED in first.headers) == (500, False)
    assert [(each.status_code, each.headers[REPLAYED], each.json()) for each in (again, third)] == [
        (500, "true", first.json())
    ] * 2
    assert tried == 1


def test_what_could_not_be_written_is_bounded() -> None:
    """Of ten thousand ends that could not be written the last thousand are remembered."""
    unwritten = idempotency.Unwritten()
    for number in range(10 * idempotency.MOST_UNWRITTEN):
        slot = idempotency.Slot("org_1", "acc_1", "POST", "/v1/users", f"k{number}", b"")
        unwritten.note(slot, None)
    assert len(unwritten._ends) == idempotency.MOST_UNWRITTEN
