"""How the directory, a profile and adding members look."""

from pathlib import Path
from typing import Any

import looks
import pytest
from harness import Desk


def _look(snap_compare: Any, folder: Path, size: tuple[int, int], story: looks.Story) -> bool:
    return looks.look(snap_compare, folder, size, story, keys=("4",))


@pytest.mark.parametrize("size", [*looks.SIZES, (60, 15)])
def test_the_directory(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Everybody by name, and whether they are on the subscription; at 120 columns with the profile beside it."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("j", "j")

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_a_profile(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Who it is, since when, the user they are, and the way to it."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("j", "j", "enter")

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_asking_before_adding(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Everybody by name, how the seats work out, and who is left alone."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("asterisk", "a")

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_results_of_adding(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Row by row, until Esc, with the key that takes it back."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("slash", *"listed:no", "enter", "space", "space", "a")
        await desk.press("y")
        await desk.until(lambda: "2 added" in desk.text)
        await desk.settled()

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
@pytest.mark.parametrize("keys", ["ekkk", "d", "h"])
def test_what_an_owner_may_do(snap_compare: Any, tmp_path: Path, size: tuple[int, int], keys: str) -> None:
    """The role with its limit, a removal from the organisation, and the subscription handed over."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("slash", *"status:active", "enter", "j", "j", *keys)

    assert _look(snap_compare, tmp_path, size, story)
