"""Copying to where the user can paste from, without claiming what nobody can know."""

import asyncio
import os
import shutil
from enum import Enum
from typing import Any, Final

from textual.app import App

__all__ = ["Copied", "copy"]

PATIENCE: Final = 1.0
"""Seconds that tmux may take."""

LARGEST: Final = 70_000
"""Bytes beyond which terminals drop a clipboard sequence."""


class Copied(Enum):
    """What became of a text; the value is the sentence to show."""

    TMUX = "Copied to the tmux buffer"
    SENT = "Sent to the terminal's clipboard (some terminals ignore this)"
    NOWHERE = "This terminal has no clipboard; select the text instead"


async def copy(app: App[Any], text: str) -> Copied:
    """Copy by tmux (which also offers it to the terminal) or by OSC 52.

    `NOWHERE` means that the caller has to show `text`, and that is wise after `SENT` too.
    """
    if "TMUX" in os.environ and await _tmux(text):
        return Copied.TMUX
    if not _may_take_sequence(text):
        return Copied.NOWHERE
    app.copy_to_clipboard(text)
    return Copied.SENT


def _may_take_sequence(text: str) -> bool:
    """Whether it makes sense to send OSC 52: not to GNU screen and the Linux console, and not too much at once."""
    term = os.environ.get("TERM", "")
    screen = "STY" in os.environ or (term.startswith("screen") and "TMUX" not in os.environ)
    return not screen and term != "linux" and len(text.encode(errors="replace")) <= LARGEST


async def _tmux(text: str) -> bool:
    program = shutil.which("tmux")
    if program is None:
        return False
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            *("load-buffer", "-w", "-"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return False
    try:
        await asyncio.wait_for(process.communicate(text.encode(errors="replace")), PATIENCE)
    except TimeoutError:
        process.kill()
        await process.wait()
    return process.returncode == 0
