"""How removing everybody who matches looks before, while and after it is done."""

from pathlib import Path
from typing import Any

import looks
import pytest
from harness import Desk
from test_users_many_stories import seed


@pytest.mark.parametrize("size", looks.SIZES)
def test_asking_before_removing_all(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """What was counted, who stays, what becomes of the seats, and the number to type."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("asterisk", "space", "space", "space", "d")
        await desk.until(lambda: "Remove 4,997" in desk.text)

    assert looks.look(snap_compare, tmp_path, size, story, keys=("2",), seed=seed)


def test_results_of_removing_all(snap_compare: Any, tmp_path: Path) -> None:
    """How many were removed."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("asterisk", "space", "space", "space", "d")
        await desk.until(lambda: "Remove 4,997" in desk.text)
        await desk.press(*"4997", "y")
        await desk.until(lambda: "4,997 removed" in desk.text)
        await desk.settled()

    assert looks.look(snap_compare, tmp_path, (80, 24), story, keys=("2",), seed=seed)
