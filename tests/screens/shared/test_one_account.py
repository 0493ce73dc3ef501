"""A plan for one account offers no way to add people, and says which plans would (D17)."""

from pathlib import Path

import pytest
from harness import Desk, serving

from client.protocol import new_key
from contract.quotes import Change
from contract.transfers import NewTransfer

LINE = "More users need another plan: Professional, Business or Enterprise."
DOORS = {
    "users": (("n", "new…"), ("i", "import…"), ("T", "template…")),
    "transfers": (("t", "send…"),),
    "members": (("a", "add…"),),
    "codes": (("n", "new…"),),
}
"""The keys by which people join, by area, with the words of their commands."""


def _palette(desk: Desk) -> list[str]:
    return [command.title for command in desk.app.get_system_commands(desk.app.screen)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_no_area_offers_what_the_plan_refuses(tmp_path: Path, size: tuple[int, int]) -> None:
    """Keys, help and palette leave it out; one line says which plans would, also for a key that is pressed anyway."""
    with serving(tmp_path, plan="non-commercial") as office:
        async with office.at_work(size=size) as desk:
            for area, doors in DOORS.items():
                await desk.app.action_area(area)
                await desk.settled()
                assert LINE in desk.lines[-2], area
                for key, label in doors:
                    assert f"{key} {label}" not in desk.lines[-1]
                    assert label not in _palette(desk)
                    await desk.press(key)
                    assert f"Non-commercial is for one account. {LINE} 1 p chooses one." in desk.words
                    await desk.press("escape")
                assert "more users" in _palette(desk)
                await desk.press("question_mark")
                assert LINE in " ".join(desk.lines[: size[1]]) or LINE in desk.words
                for key, label in doors:
                    assert f"{key}  {label}" not in desk.text
                await desk.press("escape")
        assert desk.wire.calls("POST") == []


async def test_an_empty_list_names_the_plans_and_no_key(tmp_path: Path) -> None:
    """Nobody is told to press n where nobody can be added."""
    with serving(tmp_path, plan="non-commercial") as office:
        for area in ("users", "codes"):
            async with office.at_work(area=area) as desk:
                assert "n adds" not in desk.words
                assert "n creates" not in desk.words
                assert f"yet. Non-commercial is for one account. {LINE} 1 p chooses one." in desk.words
        async with office.at_work(area="transfers") as desk:
            await desk.press("tab")
            assert "t asks somebody" not in desk.words
            assert LINE in desk.words


async def test_another_plan_brings_the_keys_at_once(tmp_path: Path) -> None:
    """Bought elsewhere while the list is open: no restart."""
    with serving(tmp_path, plan="non-commercial") as office:
        async with office.at_work(area="users") as desk:
            assert "n new…" not in desk.lines[-1]
            async with office.client(next(iter(office.tokens))) as owner:
                quote = await owner.quote(Change(plan="business", seats=3))
                await owner.confirm(quote.id, key=new_key())
            await desk.until(lambda: "n new…" in desk.lines[-1])
            assert LINE not in desk.words
            assert "No users yet. n adds one by hand, i imports a file." in desk.words


async def test_a_plan_with_users_says_nothing_of_it(tmp_path: Path) -> None:
    """Not on a plan that is paid for, nor on a contract, where there is no word about plans."""
    for plan in ("business", "contract"):
        with serving(tmp_path / plan, plan=plan) as office:
            async with office.at_work(area="users") as desk:
                assert "another plan" not in desk.words
                assert "n new…" in desk.lines[-1]
                assert "more users" not in _palette(desk)


async def test_the_api_refuses_with_the_same_line(tmp_path: Path) -> None:
    """Whoever calls it reads which plans would."""
    with serving(tmp_path, plan="non-commercial") as office:
        async with office.client(next(iter(office.tokens))) as owner:
            with pytest.raises(Exception, match=LINE):
                await owner.create_transfer(NewTransfer(email="bo@old.example"))
