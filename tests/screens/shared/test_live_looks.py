"""How it looks when others are at work on the same list."""

from pathlib import Path
from typing import Any, cast

import pytest
from harness import Desk
from looks import SIZES
from strangers import ask_to_join, office_with_strangers
from textual.pilot import Pilot

from contract.people import Role
from contract.transfers import Decisions, Seen
from tui.app import HeadcountApp


@pytest.mark.parametrize("size", SIZES)
def test_a_colleague_at_work_on_the_same_requests(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Two rows say what jane did, one of them under the cursor; my marks stand, and beside them what is new."""
    with office_with_strangers(tmp_path, 2) as (office, strangers):
        app, wire = office.app(Role.OWNER)

        async def run(pilot: Pilot[Any]) -> None:
            """Mark one, and let jane decide two others while two people ask."""
            desk = Desk(cast("HeadcountApp", pilot.app), pilot, wire)
            await desk.settled()
            await desk.press("3", "space")
            rows = [row for index in (1, 3) if (row := desk.table.pages.row(index))]
            seen = [Seen(id=row.id, version=row.version or 1) for row in rows]
            async with office.client(Role.ADMIN) as jane:
                await jane.decide(Decisions(accept=(seen[0],), decline=(seen[1],)))
            await ask_to_join(office, strangers)
            await desk.until(lambda: "2 new transfer requests" in desk.text and desk.table.total == 7)
            await desk.settled()
            await desk.pilot.pause(0.3)

        assert snap_compare(app, terminal_size=size, run_before=run)
