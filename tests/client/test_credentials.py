"""Tokens: read from three places, refused where others could have read them, shown nowhere."""

import sys
import time
from pathlib import Path

import pytest
from client_desk import TOKEN

from client.credentials import from_command, from_environment, from_file
from client.errors import NoToken


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A good token file."""
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    path.chmod(0o600)
    return path


def script(text: str) -> list[str]:
    """A command that runs a line of Python."""
    return [sys.executable, "-c", text]


def test_from_the_environment() -> None:
    """A variable holds the token."""
    assert from_environment("T", {"T": TOKEN}).get_secret_value() == TOKEN
    with pytest.raises(NoToken, match="T is not set"):
        from_environment("T", {})


def test_from_a_file(file: Path) -> None:
    """The first line of a file is the token."""
    assert from_file(file).get_secret_value() == TOKEN


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o606, 0o610])
def test_files_others_can_read_are_refused(file: Path, mode: int) -> None:
    """A token that others could have read is not used."""
    file.chmod(mode)
    with pytest.raises(NoToken, match="chmod 600"):
        from_file(file)


def test_files_that_are_none(file: Path, tmp_path: Path) -> None:
    """A link, a folder, and nothing at all are refused."""
    link = tmp_path / "link"
    link.symlink_to(file)
    for path in (link, tmp_path, tmp_path / "missing"):
        with pytest.raises(NoToken):
            from_file(path)


def test_from_a_command() -> None:
    """The first line that a command prints is the token, as `pass show` has it."""
    assert from_command(script(f"print('{TOKEN}'); print('user: ada')")).get_secret_value() == TOKEN
    assert from_command(f"echo '{TOKEN}'").get_secret_value() == TOKEN


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    """What would be special to a shell is plain text."""
    with pytest.raises(NoToken):
        from_command(f"echo a b; touch {tmp_path}/made")
    assert from_command("echo $HOME|cat").get_secret_value() == "$HOME|cat"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["", "   ", "'unclosed", "/no/such/program", ["\0"], []])
def test_commands_that_can_not_run(command: str | list[str]) -> None:
    """A command that is none says so."""
    with pytest.raises(NoToken):
        from_command(command)


def test_a_command_that_fails() -> None:
    """A command that fails is told by name and status; its output and arguments are not."""
    with pytest.raises(NoToken, match="status 3") as caught:
        from_command(script(f"print('{TOKEN}'); raise SystemExit(3)"))
    assert TOKEN not in str(caught.value)


def test_a_command_that_hangs() -> None:
    """A command has a time limit, with whatever it started, and half an output is not shown."""
    hanging = f"import subprocess; print('{TOKEN}', flush=True); subprocess.run(['sleep', '60'])"
    began = time.monotonic()
    with pytest.raises(NoToken, match="longer than") as caught:
        from_command(script(hanging), seconds=0.5)
    assert time.monotonic() - began < 30
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("value", ["", "  ", "two words", "x" * 600, "tökén", "a\r\nX-Evil:1", "a\0b"])
def test_what_is_no_token(file: Path, value: str) -> None:
    """A token is one word of visible ASCII; anything else can't become a header, and is not repeated."""
    file.write_text(value.replace("\n", "\r"), newline="")
    with pytest.raises(NoToken) as caught:
        from_file(file)
    assert value.strip() == "" or value not in str(caught.value)
