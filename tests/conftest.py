"""What every test can rely on: the same terminal, time zone and looks wherever it runs."""

import asyncio
import inspect
import os
from collections.abc import Iterator

import pytest
from idling import wait_for_the_loop
from lanes import lanes_of, starts_noticed
from once import work_out_once

pytest_plugins = ("beginnings",)
"""What stories of pages and letters begin with."""

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
wait_for_the_loop()
work_out_once()


@pytest.fixture(autouse=True)
def no_loop_left_open(request: pytest.FixtureRequest) -> None:
    """Close the event loop that pytest-asyncio leaves open between tests, before a test without one of its own.

    Such a test may run a loop itself (a command, an app for a picture), which would drop the other one unclosed: a
    warning, so an error, and one that hits whichever test happens to run then.
    """
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        return
    try:
        asyncio.get_event_loop_policy().get_event_loop().close()
    except RuntimeError:
        asyncio.set_event_loop(None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the marks of its lanes."""
    for item in items:
        for lane in sorted(lanes_of(item.path)):
            item.add_marker(lane)


@pytest.fixture(autouse=True)
def no_process_outside_its_lane(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test outside `process` and `browser` starts none, nor does the program in it: so the fast lane stays fast."""
    started = starts_noticed()
    yield
    if not any(request.node.get_closest_marker(lane) for lane in ("process", "browser")):
        assert not started, "it starts a process: mark its module `process` (see tests/lanes.py)"
