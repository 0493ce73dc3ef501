"""Pictures of the real app over the real server, after a story told in keys."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from harness import Desk, serving
from sqlalchemy import Connection
from textual.pilot import Pilot

from tui.app import HeadcountApp

SIZES = [(80, 24), (120, 40)]
Story = Callable[[Desk], Awaitable[None]]


async def _nothing(_: Desk) -> None:
    """No further keys."""


def look(
    snap_compare: Any,
    folder: Path,
    size: tuple[int, int],
    story: Story = _nothing,
    *,
    keys: tuple[str, ...] = (),
    seed: Callable[[Connection], str] | None = None,
    **options: Any,
) -> bool:
    """Compare what keys and then a story lead to. `seed` is as in `serving`; `options` go to the app."""
    with serving(folder, seed=seed) as office:
        app, wire = office.app(**options)

        async def run(pilot: Pilot[Any]) -> None:
            """Go there."""
            desk = Desk(cast("HeadcountApp", pilot.app), pilot, wire)
            await desk.settled()
            if keys:
                await desk.press(*keys)
            await story(desk)
            await desk.pilot.pause(0.3)

        return bool(snap_compare(app, terminal_size=size, run_before=run))
