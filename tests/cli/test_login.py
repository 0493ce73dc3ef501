"""`headcount login`: what it needed to connect goes into the profile, and what a hand wrote stays."""

import asyncio
import tomllib
from pathlib import Path

import pytest
from tls_desk import TLS, serving

from cli.arguments import parser
from cli.login import login
from tui.runtime.paths import find
from tui.runtime.settings import SettingsError, load
from tui.runtime.settings_file import replace_file, with_profile

WRITTEN = """# my settings
profile = "one"   # the usual one

[screen]
slow = true       # over the ship's link

[profiles.one]    # production!
url = "https://one.example"
colour = "red"    # so that nobody errs
token_env = "ONE"

# the other
[profiles.two]
url = "https://two.example"
"""
NEW = {"url": "https://new.example", "token_file": "/home/ana/t"}


def test_a_new_profile_leaves_every_line_as_it_was() -> None:
    """Remarks, order and blanks included; the new one stands at the end."""
    after = with_profile(WRITTEN.encode(), "three", NEW)
    assert after.decode().startswith(WRITTEN)
    assert tomllib.loads(after.decode())["profiles"]["three"] == NEW


def test_a_known_profile_is_changed_in_its_place() -> None:
    """Only the lines that say something else now are others."""
    profile = {"url": "https://one.example", "colour": "red", "token_file": "/t", "timeouts": {"read": 60.0}}
    after = with_profile(WRITTEN.encode(), "one", profile)
    wanted = [line for line in WRITTEN.splitlines() if not line.startswith("token_env")]
    new = ("token_file", "timeouts")
    assert [line for line in after.decode().splitlines() if not line.startswith(new)] == wanted
    assert tomllib.loads(after.decode())["profiles"]["one"] == profile
    again = with_profile(after, "one", profile | {"timeouts": {"read": 90.0}})
    assert tomllib.loads(again.decode())["profiles"]["one"]["timeouts"] == {"read": 90.0}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing but a remark",
        'profiles = {one = {url = "https://one.example"}}  # on one line\n',
        '[profiles]\none.url = "https://one.example"  # dotted\n',
        'profiles.one.url = "https://one.example"\n\n[screen]\nslow = true\n',
        '[profiles."one"]\r\nurl = "https://one.example"\r\n',
    ],
)
@pytest.mark.parametrize("name", ["one", "new"])
def test_however_a_file_is_written_the_profile_gets_into_it(text: str, name: str) -> None:
    """Or it is said what to write by hand; nothing else is ever changed."""
    wanted = tomllib.loads(text)
    wanted.setdefault("profiles", {})[name] = NEW
    try:
        after = with_profile(text.encode(), name, NEW)
    except SettingsError as error:
        assert "by hand" in str(error)  # noqa: PT017 - either is right
    else:
        assert tomllib.loads(after.decode()) == wanted
        assert all(remark in after.decode() for remark in ("# nothing", "# on one", "# dotted") if remark in text)


def test_a_file_is_replaced_as_a_whole_and_a_link_stays_one(tmp_path: Path) -> None:
    """Its owner's rights stay; others get none. A first one is 0600."""
    real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text("old")
    real.chmod(0o744)
    link.symlink_to(real)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert (real.read_bytes(), real.stat().st_mode & 0o777) == (b"new", 0o700)
    replace_file(tmp_path / "first", b"x")
    assert (tmp_path / "first").stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["config.toml", "dotfiles.toml", "first"]


def signed_in(*words: str) -> int:
    """The exit code of a login."""
    return login(parser().parse_args(["login", *words]))


async def test_what_it_took_to_connect_is_in_the_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The authority, our certificate and key, the proxy and the times; a login without them says what is missing."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HC", "hc_x")
    path = Path(find({"HOME": str(tmp_path)}).config_file)
    path.parent.mkdir(parents=True)
    path.write_text(WRITTEN)
    path.chmod(0o600)
    async with serving("good.pem", asks_for_ours=True) as url:
        known = ("--url", url, "--name", "three", "--token-env", "HC")
        assert await asyncio.to_thread(signed_in, *known) == 6
        assert "--ca FILE" in capsys.readouterr().err
        assert path.read_text() == WRITTEN
        ours = (*("--ca", str(TLS / "authority.pem"), "--client-cert", str(TLS / "client_cert.pem")),)
        way = (*ours, "--client-key", str(TLS / "client_key.pem"), "--proxy", "none", "--read-timeout", "7")
        assert await asyncio.to_thread(signed_in, *known, *way) == 0
        assert await asyncio.to_thread(signed_in, *known) == 0, "what is known is used again"
    assert path.read_text().startswith(WRITTEN)
    profile = load(path, environ={}).profiles["three"]
    assert (profile.ca_bundle, profile.client_cert) == (TLS / "authority.pem", TLS / "client_cert.pem")
    assert (profile.client_key, profile.timeouts.read, profile.timeouts.connect) == (TLS / "client_key.pem", 7, 5)
    assert profile.proxy is not None
    assert profile.proxy.get_secret_value() == "none"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--url", "ftp://x"), "url: The server's address starts with neither"),
        (("--url", "https://x", "--read-timeout", "soon"), "timeouts.read: Write a number."),
        (("--url", "https://x", "--total-timeout", "0"), "timeouts.total: This must be more than 0."),
        (("--url", "https://x", "--proxy", "socks5://p:1"), "proxy: The proxy of the profile is a SOCKS proxy"),
        (("--url", "https://x", "--name", "../x"), "A profile's name is made of"),
    ],
)
def test_what_can_not_be_used_is_usage(
    words: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2, with the setting and the reason in our words."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert signed_in(*words, "--token-env", "HC") == 2
    assert says in capsys.readouterr().err
