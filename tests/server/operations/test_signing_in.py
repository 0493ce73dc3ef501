"""`headcount server token`: a token for any account, from the server's own machine."""

from pathlib import Path

import pytest
from account_desk import profile
from builders import make_organisation, running

from contract.people import Role
from server.__main__ import main
from server.http.tokens import token_id
from server.operations.authentication import Wanted, sign_in
from server.settings import SettingsError


async def test_a_token_from_the_command_line_signs_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It alone is printed; nobody's address is refused until --sign-up makes the account."""
    where = ["token", "--db", f"sqlite:///{tmp_path / 'headcount.db'}", "--email", "ana@outside.example"]
    assert main(where) == 1
    assert "--sign-up makes an account" in capsys.readouterr().err
    assert main([*where, "--sign-up", "--label", "first"]) == 0
    said = capsys.readouterr()
    token = said.out.strip()
    assert token_id(token)
    assert token not in said.err
    async with running(tmp_path) as server, server.client(token) as api:
        assert (await profile(api))["me"]["organisation"] is None


async def test_which_organisation_is_said_where_there_are_several(tmp_path: Path) -> None:
    """A member of one gets a token of that one; of two, of the one that is named and no other."""
    async with running(tmp_path) as server:
        make_organisation(server, "Tidewheel").token_of(Role.ADMIN, email="bo@both.example")
        now = server.services.clock.now()
        with server.services.database.write() as connection:
            assert sign_in(connection, Wanted("BO@both.example"), now).organisation == "Tidewheel"
        make_organisation(server, "Other plc", owner="bo@both.example")
        with server.services.database.write() as connection:
            with pytest.raises(SettingsError, match="'Tidewheel', 'Other plc': say which"):
                sign_in(connection, Wanted("bo@both.example"), now)
            with pytest.raises(SettingsError, match="not a member of"):
                sign_in(connection, Wanted("bo@both.example", "Nowhere"), now)
            made = sign_in(connection, Wanted("bo@both.example", "other PLC"), now)
        async with server.client(made.token) as api:
            assert (await api.get("/v1/me")).json()["role"] == "owner"


@pytest.mark.parametrize("wanted", [Wanted("no address"), Wanted("a@b.example", label="\x1b[2J", new=True)])
async def test_what_can_not_be_is_refused(tmp_path: Path, wanted: Wanted) -> None:
    """An address that is none, a label with control characters: a sentence, and nothing is made."""
    async with running(tmp_path) as server:
        with server.services.database.write() as connection, pytest.raises(SettingsError):
            sign_in(connection, wanted, server.services.clock.now())
