"""Starts the small app for tests on a terminal as the real program starts.

Arguments: `frame` paints the first frame, `die` and `hang` fail after it, `ascii` asks for ASCII.
"""

import os
import sys

from tui.terminal.first_frame import FirstFrame, Span, layout, painted, pen_for
from tui.terminal.preflight import Terminal, preflight
from tui.terminal.restore import leave


def main() -> None:
    """Start as the real program does."""
    terminal = preflight(ascii_only="ascii" in sys.argv)
    if "frame" not in sys.argv:
        leave(run(terminal, None))
    bar, body = pen_for(terminal, 252, 235), pen_for(terminal, 252, 233)
    top, bottom = [Span(" headcount  1 Overview  2 Users", bar)], [Span(" q Quit", bar)]
    with painted(terminal, layout(terminal, top, bottom, body=body)) as frame:
        if "die" in sys.argv:
            raise ImportError
        if "hang" in sys.argv:
            input()
        code = run(terminal, frame)
    leave(code)


def run(terminal: Terminal, frame: FirstFrame | None) -> int:
    """Import Textual late, and run."""
    from pathlib import Path

    from demo_screens import Demo

    return Demo(terminal, Path(os.environ["HEADCOUNT_TEST_STATE"]), first_frame=frame).run_safely()


if __name__ == "__main__":
    main()
