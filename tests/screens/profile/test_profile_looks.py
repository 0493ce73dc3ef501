"""How one's own account and its dialogs look."""

from pathlib import Path
from typing import Any, cast

import pytest
from harness import Desk
from looks import SIZES, Story
from profile_office import INVITED, PAYING, STRANGER, USER, profile_office
from textual.pilot import Pilot

from contract.people import Role
from contract.transfers import NewTransfer
from tui.app import HeadcountApp


async def nothing(_: Desk) -> None:
    """No further keys."""


def look(
    snap_compare: Any,
    folder: Path,
    size: tuple[int, int],
    who: str,
    story: Story = nothing,
    *,
    role: Role = Role.MEMBER,
) -> bool:
    """The profile of somebody after a story."""
    with profile_office(folder, who) as office:
        app, wire = office.app(role)

        async def run(pilot: Pilot[Any]) -> None:
            """Go there."""
            desk = Desk(cast("HeadcountApp", pilot.app), pilot, wire)
            if who == PAYING:
                async with office.client(Role.OWNER) as owner:
                    for each in (await owner.transfers()).items:
                        if each.email == PAYING and each.state == "pending":
                            await owner.decline_transfer(each.id, reason="We ask you instead")
                    await owner.create_transfer(NewTransfer(email=PAYING, message="The whales asked for you."))
            await desk.settled()
            await desk.app.action_area("profile")
            await desk.until(lambda: "loading" not in desk.text)
            await desk.settled()
            await story(desk)
            await desk.pilot.pause(0.3)

        return bool(snap_compare(app, terminal_size=size, run_before=run))


@pytest.mark.parametrize("size", [*SIZES, (60, 15)])
def test_a_user(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Somebody who uses the subscription of their organisation and administers nothing."""
    assert look(snap_compare, tmp_path, size, USER)


@pytest.mark.parametrize("size", SIZES)
def test_an_offer_and_an_ask(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """What waits: an offer under the cursor, and a request of one's own."""

    async def story(desk: Desk) -> None:
        """Ask somebody else too."""
        await desk.press("t")
        await desk.type("Northpoint")
        await desk.press("enter")
        await desk.type("I could start on Monday")
        await desk.press("enter")
        await desk.until(lambda: "Request sent" in desk.text)
        await desk.settled()
        await desk.press("escape", "j")

    assert look(snap_compare, tmp_path, size, INVITED, story)


@pytest.mark.parametrize("size", SIZES)
def test_joining_ends_a_plan(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """The summary before a plan of one's own ends."""

    async def story(desk: Desk) -> None:
        """Accept."""
        await desk.until(lambda: "asks you to join" in desk.text)
        await desk.press("a")

    assert look(snap_compare, tmp_path, size, PAYING, story)


@pytest.mark.parametrize("size", SIZES)
def test_leaving(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """The dialog before leaving."""

    async def story(desk: Desk) -> None:
        """Leave."""
        await desk.press("L")

    assert look(snap_compare, tmp_path, size, USER, story)


@pytest.mark.parametrize("size", SIZES)
def test_a_code(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """The form, with what was wrong about the last code."""

    async def story(desk: Desk) -> None:
        """A wrong one."""
        await desk.press("u")
        await desk.type("WELCOME-25")
        await desk.press("enter")
        await desk.until(lambda: "! " in desk.text)
        await desk.settled()

    assert look(snap_compare, tmp_path, size, STRANGER, story)


@pytest.mark.parametrize("size", SIZES)
def test_the_owners_own(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Somebody who administers sees the areas above it."""
    assert look(snap_compare, tmp_path, size, STRANGER, role=Role.OWNER)


@pytest.mark.parametrize("size", SIZES)
def test_asking_to_join(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Whom to ask, with what is wrong at its field."""

    async def story(desk: Desk) -> None:
        """Nobody named."""
        await desk.press("t", "enter", "enter")

    assert look(snap_compare, tmp_path, size, STRANGER, story)


@pytest.mark.parametrize("size", SIZES)
def test_editing_oneself(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """One's own names and position."""

    async def story(desk: Desk) -> None:
        """The form."""
        await desk.press("e")

    assert look(snap_compare, tmp_path, size, USER, story)


@pytest.mark.parametrize("size", SIZES)
def test_declining_an_offer(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """The reason they will read."""

    async def story(desk: Desk) -> None:
        """The form."""
        await desk.until(lambda: "asks you to join" in desk.text)
        await desk.press("x")

    assert look(snap_compare, tmp_path, size, INVITED, story)
