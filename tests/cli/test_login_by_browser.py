"""`headcount login` on a terminal: a code, an address, and a person who answers in a browser somewhere else."""

import io
import signal
import stat
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from builders import make_organisation
from cli_desk import desk_in
from device_desk import confirms, later, refuses
from live import LiveServer, live_server
from login_desk import PATIENCE, code_on, codes_on, login, wait_end

from server.devices import asking


def settings(home: Path) -> dict[str, Any]:
    """The settings file."""
    found: dict[str, Any] = tomllib.loads((home / ".config/headcount/config.toml").read_text())
    return found


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device asks once a second, as the server tells it to."""
    monkeypatch.setattr(asking, "INTERVAL", 1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all of these stories."""
    with live_server(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture(scope="module")
def team(server: LiveServer) -> tuple[str, str]:
    """Account and organisation of its owner."""
    made = server.call(make_organisation, server.running, "Acmé & Söhne")
    return made.account_id, made.organisation_id


def test_one_signs_in_without_copying_a_secret(server: LiveServer, team: tuple[str, str], tmp_path: Path) -> None:
    """Code and address are shown; confirmed elsewhere, the profile is there, named after the organisation."""
    with login(tmp_path, server.url) as program:
        code = code_on(program)
        assert f"{server.url}/device" in program.text()
        assert f"{server.url}/device?user_code={code}" in program.text()
        assert "valid for 10 minutes" in program.text()
        server.call(confirms, server.running, team[0], code, team[1])
        ended, text = wait_end(program)
        raw = bytes(program.raw)
    assert ended == 0, text
    assert "Signed in as Olga Owner (owner) of Acmé & Söhne until 20" in text
    assert text.endswith("Open it: headcount")
    profile = settings(tmp_path)["profiles"]["acme-sohne"]
    token = Path(profile["token_file"])
    assert (profile["url"], stat.S_IMODE(token.stat().st_mode)) == (server.url, 0o600)
    assert token.read_text().startswith("hc_")
    assert token.read_bytes().strip() not in raw
    assert [each.name for each in token.parent.iterdir() if "candidate" in each.name] == []


def test_the_second_sign_in_takes_the_place_of_the_first(
    server: LiveServer, team: tuple[str, str], tmp_path: Path
) -> None:
    """On the same server for the same organisation; what a hand wrote into the profile stays. `--read-only` is kept."""
    config = tmp_path / ".config/headcount/config.toml"
    config.parent.mkdir(parents=True)
    written = f'[profiles.acme-sohne]\nurl = "{server.url}"\ncolour = "red"  # production\n'
    config.write_text(written + '[profiles.other]\nurl = "https://other.example"\n')
    config.chmod(0o600)
    with login(tmp_path, server.url, "--read-only") as program:
        server.call(confirms, server.running, team[0], code_on(program), team[1])
        ended, text = wait_end(program)
    assert (ended, text.endswith("Open it: headcount --profile acme-sohne")) == (0, True)
    profile = settings(tmp_path)["profiles"]["acme-sohne"]
    assert (profile["colour"], profile["read_only"]) == ("red", True)
    assert "# production" in config.read_text()
    assert set(settings(tmp_path)["profiles"]) == {"acme-sohne", "other"}


def test_a_no_in_the_browser_is_a_no_here(server: LiveServer, team: tuple[str, str], tmp_path: Path) -> None:
    """Exit code 3, and nothing is written."""
    with login(tmp_path, server.url) as program:
        server.call(refuses, server.running, team[0], code_on(program))
        ended, text = wait_end(program)
    assert (ended, "The sign-in was refused in the browser." in text) == (3, True)
    assert not (tmp_path / ".config/headcount/config.toml").exists()


def test_ctrl_c_ends_it_on_both_sides(server: LiveServer, team: tuple[str, str], tmp_path: Path) -> None:
    """The terminal is as before, and whoever opens the page then is told that the device gave up."""
    with login(tmp_path, server.url) as program:
        code = code_on(program)
        program.send("\x03")
        ended, text = wait_end(program)
        assert (ended, "Cancelled: you are not signed in" in text) == (130, True)
        assert program.is_restored()
    with pytest.raises(Exception, match="cancelled"):
        server.call(confirms, server.running, team[0], code, team[1])


def test_a_code_that_expired_makes_room_for_another(tmp_path: Path) -> None:
    """Enter shows it; the old one is worth nothing."""
    with live_server(tmp_path / "server") as server, login(tmp_path, server.url) as program:
        made = server.call(make_organisation, server.running)
        code = code_on(program)
        server.call(later, server.running, 700)
        program.wait_for_text("The code has expired.", PATIENCE)
        program.send("\r")
        program.wait_for(lambda: len(codes_on(program)) > 1, PATIENCE)
        other = codes_on(program)[-1]
        assert other != code
        server.call(confirms, server.running, made.account_id, other, made.organisation_id)
        assert wait_end(program)[0] == 0


def test_a_server_that_is_away_for_a_while_is_waited_for(tmp_path: Path) -> None:
    """Its connections broke off, and it came back on the same port: the code holds, and the story ends well."""
    with ExitStack() as stack:
        with live_server(tmp_path / "server") as server:
            made = server.call(make_organisation, server.running)
            program = stack.enter_context(login(tmp_path, server.url))
            code = code_on(program)
        program.wait_for_text("No connection to the server.", PATIENCE)
        with live_server(tmp_path / "server", port=int(server.url.rpartition(":")[2])) as server:
            program.wait_for_text("Connected again", PATIENCE)
            server.call(confirms, server.running, made.account_id, code, made.organisation_id)
            assert wait_end(program)[0] == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "pipe the token in, or use --token-env, --token-command or --token-file."),
        ("--token-prompt", "pipe the token in"),
        ("--name ../x", "A profile's name is made of"),
    ],
)
def test_without_a_terminal_it_says_what_to_do(
    words: str,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is asked of the server; exit code 2."""
    desk = desk_in(tmp_path, monkeypatch, capsys)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert desk.run(f"login --url https://nowhere.invalid {words}") == 2
    assert says in desk.err


def test_a_server_without_a_browser_takes_a_token(tmp_path: Path) -> None:
    """It is said, and one is asked for a token as ever; ctrl+c leaves."""
    with live_server(tmp_path / "server") as server:
        made = server.call(make_organisation, server.running)
        server.running.app.router.routes[:] = [
            each for each in server.running.app.router.routes if not getattr(each, "path", "").startswith("/oauth")
        ]
        with login(tmp_path, server.url, "--name", "mine") as program:
            program.wait_for_text("has no sign-in by browser", PATIENCE)
            program.wait_for_text("Token (hc_", PATIENCE)
            program.send(f"{made.token}\r")
            ended, text = wait_end(program)
            assert made.token.encode() not in bytes(program.raw)
        assert (ended, "Profile mine is in" in text) == (0, True)


def test_a_hostile_server_draws_nothing_on_the_terminal(tmp_path: Path) -> None:
    """What it says is shown harmlessly, and no longer than there is room."""
    hostile = "\x1b]0;owned\x07" + "x" * 5000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "shown", lambda _: hostile)
        with live_server(tmp_path / "server") as server, login(tmp_path, server.url) as program:
            program.wait_for_text("Waiting", PATIENCE)
            assert b"\x1b]0;owned" not in bytes(program.raw)
            assert len(program.raw) < 3000
            program.signal(signal.SIGINT)
            assert wait_end(program)[0] == 130
