"""The README's pictures, taken from the app itself on the demo's organisation at a fixed moment.

    python -m bench.pictures [FOLDER]

writes an SVG per screen and size into docs/pictures, or into FOLDER.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cli.demo import running
from client.profile import Profile, open_client
from tui.app import HeadcountApp
from tui.runtime.paths import find
from tui.runtime.session import Link, Session
from tui.widgets.table.table import VirtualTable

NOW = "2026-11-21T14:02:00Z"
SIZES = ((80, 24), (120, 40))
SHOTS: dict[str, Sequence[str]] = {
    "overview": (),
    "summary": ("plus", "plus", "plus"),
    "confirm": ("plus", "plus", "plus", "c"),
    "plan": ("p",),
    "pay": ("P",),
    "billing": ("6",),
    "forecast": ("6", "tab", "tab"),
    "users": ("2",),
    "filter": ("2", "slash", *"status:not"),
    "transfers": ("3",),
    "accept": ("3", "asterisk", "a"),
    "help": ("question_mark",),
}


async def _shoot(socket: Path, token: Path, keys: Sequence[str], size: tuple[int, int]) -> str:
    session = Session(open_client(Profile(url=f"unix://{socket}", token_file=token)), "demo")
    app = HeadcountApp(session)
    async with app.run_test(size=size) as pilot:
        while session.connection.link is not Link.LIVE:
            await pilot.pause(0.05)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.1)
        while any(table.busy for table in app.screen.query(VirtualTable)):
            await pilot.pause(0.05)
        await pilot.pause(0.6)
        return app.export_screenshot(title="headcount", simplify=True)


def main(folder: Path) -> None:
    """Take all of them."""
    os.environ["COLORTERM"] = "truecolor"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        paths = find({"HOME": home})
        with running(paths, fresh=True, options=("--now", NOW)) as demo:
            for name, keys in SHOTS.items():
                for columns, lines in SIZES:
                    svg = asyncio.run(_shoot(demo.socket, demo.token_file, keys, (columns, lines)))
                    path = folder / f"{name}-{columns}x{lines}.svg"
                    path.write_text(svg + "\n")
                    print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/pictures"))
