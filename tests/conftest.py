"""What every test can rely on: the same terminal, time zone and looks wherever it runs."""

import asyncio
import os
from typing import Any

import pytest

for _name in list(os.environ):
    if (_name.startswith("TEXTUAL_") and _name != "TEXTUAL_SNAPSHOT_TEMPDIR") or _name in {
        "NO_COLOR",
        "FORCE_COLOR",
        "COLORTERM",
        "ESCDELAY",
    }:
        del os.environ[_name]
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TZ"] = "UTC"


@pytest.fixture
def snap_compare(snap_compare: Any) -> Any:
    """The plugin's own, after the event loop that pytest-asyncio leaves open between tests was closed.

    A snapshot test runs its app in a loop of its own, which would drop the other one unclosed: a warning, so an error.
    """
    try:
        asyncio.get_event_loop_policy().get_event_loop().close()
    except RuntimeError:
        asyncio.set_event_loop(None)
    return snap_compare
