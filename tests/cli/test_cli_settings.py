"""`headcount info` and `check-config`: all that is wrong at once, and which proxy leads where."""

from pathlib import Path

import pytest

from cli.arguments import app_flags, parser
from cli.check_config import check_config
from cli.connection import guarded
from cli.info import info

SETTINGS = """[screen]
theem = "dark"

[keys]
"users.remvoe" = "d"

[profiles.acme]
url = "https://seats.example.com"
token_file = "{folder}/none"
ca_bundle = "{folder}/gone.pem"

[profiles.here]
url = "http://localhost:8000"

[profiles.bad]
url = "https://bad.example"
token = "hc_secret"
"""


@pytest.fixture(name="file")
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings with a mistake of each kind, in a home of their own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / ".config/headcount/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(SETTINGS.format(folder=tmp_path))
    path.chmod(0o600)
    return path


def checked() -> int:
    """The exit code of check-config."""
    options = parser().parse_args(["check-config"])
    return guarded(lambda: check_config(options, app_flags(options)))


def test_everything_that_is_wrong_is_listed_at_once(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings, keys, files that profiles name, and variables: each with its line, and never with a secret."""
    monkeypatch.setenv("HEADCOUNT_PROFIL", "acme")
    assert checked() == 2
    said = capsys.readouterr().err
    for each in (
        f"{file}, line 2: screen.theem: Unknown setting. Did you mean theme?",
        f"{file}, line 17: profiles.bad.token: Unknown setting. This file is not for secrets: use token_file",
        "HEADCOUNT_PROFIL: Unknown variable. Did you mean HEADCOUNT_PROFILE?",
        f'{file}, line 5: keys: "users.remvoe" = "d": There is no command users.remvoe. Did you mean users.remove?',
        f"{file}, line 10: profiles.acme.ca_bundle: {file.parents[2]}/gone.pem can't be read.",
        f"{file}, line 9: profiles.acme.token_file: The token file {file.parents[2]}/none can't be opened",
    ):
        assert each in said
    assert said.count("\n") == 6
    assert "hc_secret" not in said


def test_settings_that_can_be_used_say_so(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, with a file and without one."""
    file.write_text("[screen]\nslow = true\n")
    assert checked() == 0
    file.unlink()
    assert checked() == 0
    assert "these are the defaults" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("environ", "ways"),
    [
        ({}, ("by no proxy", "by no proxy")),
        (
            {"HTTPS_PROXY": "http://ana:pw@proxy:3128", "ALL_PROXY": "http://other:1"},
            ("by the proxy http://proxy:3128 (HTTPS_PROXY)", "by no proxy (this machine)"),
        ),
        (
            {"ALL_PROXY": "http://p:1", "NO_PROXY": "example.com"},
            ("by no proxy (NO_PROXY)", "by no proxy (this machine)"),
        ),
        ({"HTTPS_PROXY": "socks5://p:1"}, ("no proxy can be used: The HTTPS_PROXY is a SOCKS proxy", "by no proxy")),
    ],
)
def test_info_says_which_proxy_is_used_and_who_named_it(
    environ: dict[str, str],
    ways: tuple[str, str],
    file: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For each profile that can be used; what can't is said below it, with exit code 2."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert info({}) == 2
    said = capsys.readouterr()
    assert f"profiles.acme: https://seats.example.com, {ways[0]}" in said.out
    assert f"profiles.here: http://localhost:8000, {ways[1]}" in said.out
    assert "profiles.bad: can't be used" in said.out
    assert "pw@" not in said.out
    assert f"{file}, line 2: screen.theem" in said.err
