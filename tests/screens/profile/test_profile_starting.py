"""A first subscription in the terminal: from the Profile of somebody who has none to the Overview of an owner."""

from pathlib import Path

import pytest
from harness import Desk
from profile_office import INVITED, STRANGER, USER, profile_office

from contract.people import Role
from server.store import sandbox


async def to_the_plans(desk: Desk, name: str) -> None:
    """`s`, a name and three seats."""
    await desk.until(lambda: "s start…" in desk.words)
    await desk.press("s")
    await desk.until(lambda: "Start an organisation" in desk.text)
    await desk.type(name)
    await desk.press("enter", "backspace")
    await desk.type("3")
    await desk.press("enter", "enter", "enter")


async def test_from_a_profile_to_an_overview_without_a_restart(tmp_path: Path) -> None:
    """Name, plan with its price, what it comes to, `y`: the app goes on as the owner's, in Overview."""
    with profile_office(tmp_path, STRANGER) as office:
        async with office.at_work(Role.MEMBER, size=(120, 40)) as desk:
            await to_the_plans(desk, "Ana & Sons")
            await desk.until(lambda: "EUR 18.00 now" in desk.words)
            assert "A contract is agreed with the vendor" in desk.words
            await desk.press("j", "j", "enter")
            await desk.until(lambda: "Start Ana & Sons?" in desk.text)
            assert "You take none of its seats" in desk.words
            assert "3 seats of Business × EUR 6.00" in desk.words
            await desk.press("y")
            await desk.until(lambda: "My subscription" in desk.text and "Ana & Sons" in desk.text)
            assert "Business" in desk.text
            await desk.press("2")
            await desk.until(lambda: "only your own profile" not in desk.words)


async def test_a_name_that_is_not_available_is_said_at_its_field(tmp_path: Path) -> None:
    """The form comes back with what was typed."""
    with profile_office(tmp_path, STRANGER) as office:
        async with office.at_work(Role.MEMBER) as desk:
            await to_the_plans(desk, "tidewheel works")
            await desk.until(lambda: "This name is not available" in desk.words)
            assert "tidewheel works" in desk.text


async def test_a_declined_payment_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, and the profile is as it was."""
    with profile_office(tmp_path, INVITED) as office:
        monkeypatch.setattr(sandbox, "take_next_payment", lambda *_: "decline")
        async with office.at_work(Role.MEMBER, size=(120, 40)) as desk:
            await to_the_plans(desk, "Yara Ltd")
            await desk.until(lambda: "EUR 18.00 now" in desk.words)
            await desk.press("j", "j", "enter")
            await desk.until(lambda: "Start Yara Ltd?" in desk.text)
            await desk.press("y")
            await desk.until(lambda: "Nothing was changed" in desk.words)
            assert "Ask the person who manages" not in desk.words
            assert "no organisation" in desk.words
            assert "asks you to join" in desk.text


async def test_who_manages_one_is_not_asked_to_start_another(tmp_path: Path) -> None:
    """The key is there for a member, and not for an owner."""
    with profile_office(tmp_path, USER) as office:
        async with office.at_work(Role.OWNER, size=(120, 40)) as desk:
            await desk.app.action_area("profile")
            await desk.until(lambda: "What you use" in desk.text)
            assert "s start…" not in desk.words
