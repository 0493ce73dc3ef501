"""Decisions are read, then decided, then written: as few statements for many as for two (D26)."""

from pathlib import Path

from builders import make_organisation, running
from sqlalchemy import event
from transfer_desk import ask_to_join, decide


async def test_many_are_decided_in_as_few_statements_as_two(tmp_path: Path) -> None:
    """Forty acceptances take as many SELECTs as two, and no request is read once the first row is written."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=100)
        told: list[str] = []
        event.listen(server.services.database.engine, "before_cursor_execute", lambda *call: told.append(call[2]))
        found = []
        async with team.client() as api:
            for count in (2, 40):
                ids = ask_to_join(team, *(f"p{number}of{count}" for number in range(count)))
                told.clear()
                assert (await decide(api, ids))["accepted"] == count
                written = next(at for at, each in enumerate(told) if each.startswith("INSERT INTO members"))
                assert not [each for each in told[written:] if "SELECT transfers" in each]
                found.append(sum(each.startswith("SELECT") for each in told))
        assert found[0] == found[1]
