"""What importing the client costs, and what it must not bring along."""

import json
import subprocess
import sys

import pytest

MODULES = ["client.api", "client.errors", "client.protocol", "client.events", "client.journal", "client.profile"]


def loaded_after(*modules: str) -> set[str]:
    """Top-level packages in memory after importing these in a fresh interpreter."""
    program = (
        f"import json, sys, {', '.join(modules)}; print(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    return set(json.loads(result.stdout))


@pytest.mark.parametrize("module", [*MODULES, "client.transport"])
def test_the_client_knows_neither_terminal_nor_server(module: str) -> None:
    """The client works without a screen and without the server's code."""
    assert not loaded_after(module) & {"textual", "tui", "screens", "cli", "server", "starlette", "sqlalchemy"}


def test_httpx_is_loaded_late() -> None:
    """Everything but the wire is there before httpx, so that the first screen does not wait for it."""
    assert not loaded_after(*MODULES) & {"httpx", "httpcore", "h11", "click", "pygments"}
