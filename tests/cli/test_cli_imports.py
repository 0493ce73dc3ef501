"""What a command without a screen brings into memory: never Textual, nor a screen."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from served import Served, served

_COMMANDS = [
    "--help",
    "info",
    "users list",
    "users template -o -",
    "users remove --all --dry-run",
    "members list",
    "transfers list",
    "transfers accept --all --dry-run",
    "undo --dry-run",
    "seats show",
    "seats set 60 --dry-run",
    "codes list",
    "invoices list",
    "events",
    "webhooks list",
    "tokens list",
    "profile show",
]
_PROGRAM = """
import json, sys
from cli.main import main
found = {}
for words in sys.argv[2:]:
    try:
        code = main(words.split())
    except SystemExit as end:
        code = end.code or 0
    found[words] = [code, sorted({name.split(".")[0] for name in sys.modules} & {"textual", "screens", "contract"})]
with open(sys.argv[1], "w") as file:
    json.dump(found, file)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample organisation."""
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Signed in there."""
    found = desk_in(tmp_path, monkeypatch, capsys)
    found.sign_in(server.profile())
    return found


def test_commands_without_a_screen_load_no_textual(desk: Desk) -> None:
    """What commands and screens both say stands below both: neither Textual nor a screen is in memory after any."""
    report = desk.home / "modules.json"
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(report), *_COMMANDS],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    found = json.loads(report.read_text())
    assert list(found) == _COMMANDS
    assert {words: code for words, (code, _) in found.items() if code not in {0, 4}} == {}
    assert {words: loaded for words, (_, loaded) in found.items() if loaded not in ([], ["contract"])} == {}
    assert found["users list"][1] == ["contract"]
