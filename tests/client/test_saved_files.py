"""Saving files: whole or not at all, for their owner alone, and nothing is replaced unasked."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from builders import Team, add_users, make_organisation, running
from client_desk import FakeTime

from client import saved_sheets
from client.api import Client
from client.errors import AlreadyThere, BadAnswer, Broken, NotAuthenticated, NotSaved
from client.profile import Profile, open_client
from client.saved_sheets import people_in
from contract.exports import ExportQuery, Language, TemplateQuery
from contract.imports import SheetFormat


class Cutting(httpx.AsyncBaseTransport):
    """A network that breaks off in the middle of an answer."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Only the beginning of what comes back."""
        response = await self._inner.handle_async_request(request)
        body = await response.aread()

        async def beginning() -> AsyncIterator[bytes]:
            yield body[:50]
            message = "peer closed connection"
            raise httpx.RemoteProtocolError(message, request=request)

        return httpx.Response(response.status_code, headers=response.headers, content=beginning())


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """A business with twelve users."""
    async with running(tmp_path / "server") as server:
        team = make_organisation(server, seats=2)
        add_users(team, 12)
        yield team


def client_for(team: Team, folder: Path, *, cut: bool = False, token: str = "") -> Client:
    """A client of this team."""
    file = folder / "token"
    file.touch(0o600)
    file.write_text(token or team.token)
    network: httpx.AsyncBaseTransport = httpx.ASGITransport(team.server.app)
    profile = Profile(url="http://localhost", token_file=file)
    return open_client(profile, transport=Cutting(network) if cut else network, pace=FakeTime().pace())


@pytest.mark.parametrize("kind", SheetFormat)
async def test_an_export_is_counted_and_private(team: Team, tmp_path: Path, kind: SheetFormat) -> None:
    """It says how many people are in it, and only its owner may read it."""
    into = tmp_path / f"users.{kind}"
    async with client_for(team, tmp_path) as client:
        assert await client.export_users(into, ExportQuery(format=kind, language=Language.GERMAN)) == 12
        assert await client.save_users_template(tmp_path / "empty", TemplateQuery(format=kind)) > 20
    assert stat.S_IMODE(into.stat().st_mode) == 0o600
    assert people_in(tmp_path / "empty", kind) == 0


async def test_nothing_is_replaced_unasked(team: Team, tmp_path: Path) -> None:
    """A file that is there stays as it is until somebody says otherwise."""
    into = tmp_path / "users.csv"
    into.write_text("mine")
    async with client_for(team, tmp_path) as client:
        with pytest.raises(AlreadyThere, match="already"):
            await client.export_users(into)
        assert into.read_text() == "mine"
        assert await client.export_users(into, replace=True) == 12


async def test_half_a_file_is_no_file(team: Team, tmp_path: Path) -> None:
    """When the connection breaks off nothing is left behind, and what was there stays."""
    into = tmp_path / "users.csv"
    into.write_text("mine")
    async with client_for(team, tmp_path, cut=True) as client:
        with pytest.raises(Broken):
            await client.export_users(into, replace=True)
    assert into.read_text() == "mine"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["server", "token", "users.csv"]


async def test_places_that_take_no_file(team: Team, tmp_path: Path) -> None:
    """A folder that is not there, and one in the file's place, are said; a refusal writes nothing."""
    async with client_for(team, tmp_path) as client:
        for place in (tmp_path / "nowhere" / "users.csv", tmp_path / "server"):
            with pytest.raises(NotSaved):
                await client.export_users(place, replace=True)
    async with client_for(team, tmp_path, token="hc_wrong") as client:
        with pytest.raises(NotAuthenticated):
            await client.export_users(tmp_path / "users.csv")
    assert not (tmp_path / "users.csv").exists()


def test_rows_are_counted_outside_quotation_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Line breaks inside cells are no rows, wherever a block ends; a last line needs no end."""
    path = tmp_path / "people.csv"
    path.write_bytes(b'email,name\r\na@b.example,"two\r\nlines ""here"""\r\nb@b.example,"x"\r\nc@b.example')
    for size in (1, 2, 3, 7, 1000):
        monkeypatch.setattr(saved_sheets, "_BLOCK", size)
        assert people_in(path, SheetFormat.CSV) == 3
    with pytest.raises(BadAnswer):
        people_in(path, SheetFormat.XLSX)
    assert saved_sheets._count([b"<row>", b"x<r", b"ow r", b"='2'/><ro", b"ws/><row/>"]) == 3


class Endless(httpx.AsyncBaseTransport):
    """A server whose file never ends; `sent` counts what was taken of it."""

    def __init__(self, media: str, length: str | None = None) -> None:
        self._headers = {"content-type": media} | ({"content-length": length} if length else {})
        self.sent = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """An answer without an end."""
        del request

        async def pieces() -> AsyncIterator[bytes]:
            while True:
                self.sent += 1 << 16
                yield b"a,b\n" * (1 << 14)

        return httpx.Response(200, headers=self._headers, content=pieces())


@pytest.mark.parametrize("length", [None, "4000000000", "9" * 30])
async def test_a_file_without_an_end_fills_no_disk(tmp_path: Path, length: str | None) -> None:
    """A lying server is left at the profile's limit: counted are the bytes taken; nothing stays in the folder."""
    network = Endless("text/csv", length)
    file, into = tmp_path / "token", tmp_path / "files" / "users.csv"
    into.parent.mkdir()
    file.touch(0o600)
    file.write_text("t")
    profile = Profile(url="http://localhost", token_file=file, largest_file=1 << 20)
    async with open_client(profile, transport=network, pace=FakeTime().pace()) as client:
        with pytest.raises(BadAnswer, match="larger than 1 MiB") as refused:
            await client.export_users(into, ExportQuery(format=SheetFormat.CSV))
    assert "largest_file" in refused.value.message
    assert network.sent <= (2 << 20 if length is None else 1 << 16)
    assert list(into.parent.iterdir()) == []
