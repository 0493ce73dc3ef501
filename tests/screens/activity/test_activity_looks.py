"""How what happened looks."""

from pathlib import Path
from typing import Any

import looks
import pytest
from harness import Desk

from contract.users import NewUser, UserBatch


def _look(snap_compare: Any, folder: Path, size: tuple[int, int], story: looks.Story) -> bool:
    return looks.look(snap_compare, folder, size, story, keys=("7",))


async def _find(desk: Desk, words: str) -> None:
    """Type a filter."""
    await desk.press("slash")
    await desk.type(words)
    await desk.press("enter")


async def _happen(desk: Desk) -> None:
    """Three events."""
    overview = desk.app.session.overview
    assert overview is not None
    before = int(overview.last_event_id[4:])
    client = desk.app.session.client
    people = tuple(NewUser(email=f"{name}@acme.example", position="Surveyor") for name in ("ana", "bo"))
    report = await client.batch_users(UserBatch(add=people), key="import-of-monday")
    assert report.done == 2
    await desk.until(lambda: _newest(desk) == before + 2)
    await desk.settled()


def _newest(desk: Desk) -> int:
    overview = desk.app.session.overview
    assert overview is not None
    return int(overview.last_event_id[4:])


@pytest.mark.parametrize("size", [*looks.SIZES, (60, 15), (160, 40)])
def test_what_happened(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """The newest first; beside the list all of one event, where there is room."""

    async def story(desk: Desk) -> None:
        """Further down."""
        await desk.press("j", "j", "j", "j", "j")

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_narrowed(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Only what matches, counted."""

    async def story(desk: Desk) -> None:
        """Who and what."""
        await _find(desk, "who:tomasz kind:user since:2026-01-01")

    assert _look(snap_compare, tmp_path, size, story)


def test_a_word_that_is_no_filter(snap_compare: Any, tmp_path: Path) -> None:
    """What there is instead."""

    async def story(desk: Desk) -> None:
        """No such kind."""
        await _find(desk, "kind:x")

    assert _look(snap_compare, tmp_path, (80, 24), story)


def test_following(snap_compare: Any, tmp_path: Path) -> None:
    """The newest at the top, under the cursor."""

    async def story(desk: Desk) -> None:
        """Follow."""
        await desk.press("f")
        await _happen(desk)

    assert _look(snap_compare, tmp_path, (80, 24), story)


def test_more_happened(snap_compare: Any, tmp_path: Path) -> None:
    """The list stands still, and says how much is new."""

    async def story(desk: Desk) -> None:
        """Read on."""
        await desk.press("f", "j", "j")
        await _happen(desk)

    assert _look(snap_compare, tmp_path, (80, 24), story)


@pytest.mark.parametrize("size", [*looks.SIZES, (60, 15)])
def test_one_event(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Before and after, and the rest of it."""

    async def story(desk: Desk) -> None:
        """Open the edit of a user."""
        await _find(desk, "kind:user.changed")
        await desk.press("enter")

    assert _look(snap_compare, tmp_path, size, story)


def test_one_command(snap_compare: Any, tmp_path: Path) -> None:
    """Everything it did."""

    async def story(desk: Desk) -> None:
        """C on one of two."""
        await _happen(desk)
        await desk.press("g", "C")

    assert _look(snap_compare, tmp_path, (80, 24), story)


def test_nothing_matches(snap_compare: Any, tmp_path: Path) -> None:
    """A sentence with the key that helps."""

    async def story(desk: Desk) -> None:
        """Nobody."""
        await _find(desk, "who:nobody")

    assert _look(snap_compare, tmp_path, (80, 24), story)
