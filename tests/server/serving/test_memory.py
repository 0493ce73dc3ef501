"""The server process looks for garbage when nothing long is under way, and keeps little of what it no longer needs."""

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from server.serving.memory import EVERY, Collector


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """The collector is everybody's."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


class Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me = self


def test_a_long_write_is_not_interrupted_by_a_look_at_everything() -> None:
    """While very many objects come into being, none of the looks is one at all there is: looks are counted."""
    looks = [0, 0, 0]

    def counted(phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            looks[info["generation"]] += 1

    Collector().begin()
    gc.callbacks.append(counted)
    try:
        kept = [[number] for number in range(400_000)]
    finally:
        gc.callbacks.remove(counted)
    assert len(kept) == 400_000
    assert looks[2] == 0
    assert looks[0] > 100


def test_garbage_is_found_when_nothing_is_under_way() -> None:
    """What only refers to itself goes at the next look, and there is one every few seconds."""
    collector = Collector()
    collector.begin()
    gone = weakref.ref(Ring())
    collector.look(EVERY, busy=True)
    assert gone() is not None
    collector.look(EVERY + 0.1, busy=False)
    assert gone() is None
    again = weakref.ref(Ring())
    collector.look(EVERY + 0.2, busy=False)
    assert again() is not None
    collector.look(2 * EVERY + 0.1, busy=False)
    assert again() is None
