"""Which tests the fast lane holds, and that it is guarded."""

import subprocess
import sys
from pathlib import Path

import pytest
from lanes import SOAK, TESTS, lanes_of, starts_noticed

MAKEFILE = (TESTS.parent / "Makefile").read_text()
WITH_PROCESSES = ("served_process", "ptyterm", "operator_desk", "broken_streams")


@pytest.mark.parametrize("helper", WITH_PROCESSES)
def test_who_imports_what_starts_a_process_is_in_its_lane(tmp_path: Path, helper: str) -> None:
    """Directly, or through another helper; also where the import waits until it is needed."""
    (tmp_path / "between.py").write_text(f"def later():\n    import {helper}\n")
    (tmp_path / "test_it.py").write_text("from between import later\n")
    (tmp_path / "test_other.py").write_text("from builders import running\n")
    assert "process" in lanes_of(tmp_path / "test_it.py")
    assert lanes_of(tmp_path / "test_other.py") == frozenset()


def test_the_whole_app_is_a_lane_of_its_own() -> None:
    """What mounts it is not in the fast lane; pure words of screens are."""
    assert "app" in lanes_of(TESTS / "screens/users/test_users_stories.py")
    assert lanes_of(TESTS / "tui/presentation/test_transfers_text.py") == frozenset()


def test_what_needs_a_browser_is_in_no_other_run() -> None:
    """It has a lane of its own, which `make test`, `make test-fast` and a plain pytest leave out."""
    assert "browser" in lanes_of(TESTS / "browser/test_browser_itself.py")
    assert MAKEFILE.count("not browser") == 3


def test_a_start_is_noticed() -> None:
    """Whoever starts it, the interpreter tells: a test outside the lane that does fails."""
    started = starts_noticed()
    subprocess.run([sys.executable, "-c", ""], check=True)
    assert len(started) >= 1


@pytest.mark.parametrize("name", SOAK)
def test_soak_repeats_everything_that_can_be_repeated(name: str) -> None:
    """Every number that the environment may raise is raised by `make soak`."""
    assert f"{name}=" in MAKEFILE


def test_every_number_of_repetitions_is_known() -> None:
    """A test that reads such a number is found by `make soak`: its variable is one of the known ones."""
    import re

    read = re.compile(r"environ\.get\(\"(HEADCOUNT_\w+)\"")
    found = {name for path in TESTS.rglob("*.py") for name in read.findall(path.read_text())}
    assert found - {"HEADCOUNT_TEST_SEED", "HEADCOUNT_SEED", "HEADCOUNT_MONEY_SEED"} == set(SOAK)
