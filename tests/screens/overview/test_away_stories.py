"""Who was away reads at the next start who came, answered or left; once, and never before the first screen stands."""

from pathlib import Path

from harness import Desk, Office, settled
from strangers import ask_to_join, office_with_strangers

from contract.people import Role
from tui.runtime.away import LookedAt


async def _start(office: Office, *keys: str, role: Role = Role.OWNER) -> tuple[str, str]:
    """What stands there after a start, and after some keys; then the app is left as `q` leaves it."""
    app, wire = office.app(role)
    app.session.looked = LookedAt(office.folder / f"looked-{role.value}")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, wire)
        desk = Desk(app, pilot, wire)
        before = desk.words
        for key in keys:
            await desk.press(key)
        return before, desk.words


async def test_who_came_meanwhile_is_told_once(tmp_path: Path) -> None:
    """Nothing at the very first start; then by name, the newest first; never again once it was seen."""
    with office_with_strangers(tmp_path, 5) as (office, strangers):
        assert "While you were away" not in (await _start(office))[0]
        await ask_to_join(office, strangers[:2])
        said, after = await _start(office, "7")
        assert "While you were away: stranger001@outside.example asks to join; stranger000@outside" in said
        assert "7 shows all of it." in said
        assert "While you were away" not in after
        assert "While you were away" not in (await _start(office))[0]
        await ask_to_join(office, strangers[2:])
        said, _ = await _start(office)
        assert "stranger004@outside.example asks to join" in said
        assert "stranger001" not in said.partition("While you were away")[2]


async def test_what_one_did_oneself_is_no_news(tmp_path: Path) -> None:
    """Only others are told of, and only what they did on their own."""
    with office_with_strangers(tmp_path, 1) as (office, strangers):
        await _start(office)
        await ask_to_join(office, strangers)
        async with office.client(Role.OWNER) as owner:
            (asked,) = [each for each in (await owner.transfers()).items if each.email.startswith("stranger")]
            await owner.accept_transfer(asked.id)
        said, _ = await _start(office)
        assert "accepted" not in said.partition("While you were away")[2].partition("7 shows")[0]


async def test_a_start_that_nobody_saw_the_end_of_tells_it_again(tmp_path: Path) -> None:
    """Killed before it was told: nothing is noted as seen that was not."""
    with office_with_strangers(tmp_path, 1) as (office, strangers):
        await _start(office)
        await ask_to_join(office, strangers)
        app, _ = office.app(Role.OWNER)
        app.session.looked = LookedAt(office.folder / "looked-owner")
        app.away.seen()
        assert "While you were away" in (await _start(office))[0]


def test_a_note_of_somebody_else_or_of_nobody_is_none(tmp_path: Path) -> None:
    """Another account, a file that is none, a folder that is not there."""
    looked = LookedAt(tmp_path / "looked")
    assert looked.read("acc_1@org_1") == ""
    looked.write("acc_1@org_1", "evt_7")
    assert looked.read("acc_1@org_1") == "evt_7"
    assert looked.read("acc_2@org_1") == ""
    (tmp_path / "looked").write_bytes(b"\xff\xfe")
    assert looked.read("acc_1@org_1") == ""
    LookedAt(tmp_path / "missing" / "looked").write("acc_1@org_1", "evt_7")
