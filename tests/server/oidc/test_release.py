"""`headcount server release-sign-on`: a person that the provider made anew gets their account back."""

from dataclasses import replace
from pathlib import Path

import pytest
from builders import NOW, findings_in, make_organisation, running

from contract.people import Role
from server.__main__ import main
from server.oidc.errors import NotYoursError
from server.oidc.id_token import Claims
from server.oidc.signing_in import sign_in
from server.platform.clock import utc_now
from server.settings import Issuer

ISSUER = Issuer(name="one", title="One", url="https://id.one.example", client_id="headcount", domains=("one.example",))
ADA = Claims(subject="1", email="ada@one.example", email_verified=True)
ANEW = replace(ADA, subject="2")


async def test_made_anew_at_the_provider(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Refused until the operator releases the address, once; her organisation reads it in its history."""
    url = f"sqlite:///{tmp_path / 'headcount.db'}"
    released = ["release-sign-on", "--db", url, "--email", "ADA@one.example"]
    async with running(tmp_path) as server:
        team = make_organisation(server)
        account_id = team.member(Role.ADMIN, email="ada@one.example")
        with server.services.database.write() as connection:
            assert sign_in(connection, ISSUER, ADA, NOW).account_id == account_id
            with pytest.raises(NotYoursError):
                sign_in(connection, ISSUER, ANEW, NOW)
    assert main(released) == 0
    assert "ada@one.example" in capsys.readouterr().err
    assert main(released) == 1
    assert "nobody has signed in as" in capsys.readouterr().err
    async with running(tmp_path, now=utc_now()) as server:
        with server.services.database.write() as connection:
            assert sign_in(connection, ISSUER, ANEW, NOW).account_id == account_id
            with pytest.raises(NotYoursError):
                sign_in(connection, ISSUER, ADA, NOW)
        async with replace(team, server=server).client() as api:
            events = (await api.get("/v1/events")).json()["items"]
        assert "member.sign_on_released" in {each["type"] for each in events}
        assert findings_in(server) == []


@pytest.mark.parametrize(("email", "why"), [("nobody@one.example", "nobody has signed in"), ("no address", "address")])
def test_who_can_not_be_released(tmp_path: Path, capsys: pytest.CaptureFixture[str], email: str, why: str) -> None:
    """A sentence, and nothing is changed."""
    assert main(["release-sign-on", "--db", f"sqlite:///{tmp_path / 'a.db'}", "--email", email])
    assert why in capsys.readouterr().err
