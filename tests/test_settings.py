"""Settings: where they come from and what is said when they can't be used."""

from pathlib import Path

import pytest

from tui.runtime.settings import Attention, AttentionKind, SettingsError, load, origin, survey, unknown_variables


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    """A settings file with that text."""
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    """Precedence: flag, environment, file, default."""
    path = write(tmp_path, "[screen]\nascii = true\nslow = true\nmouse = false\n")
    settings = load(path, environ={"HEADCOUNT_SLOW": "0", "HEADCOUNT_MOUSE": "1"}, flags={"screen": {"mouse": False}})
    assert (settings.screen.ascii, settings.screen.slow, settings.screen.mouse) == (True, False, False)
    assert settings.attention.bell is False


def test_each_value_knows_where_it_came_from(tmp_path: Path) -> None:
    """`headcount info` can say which source decided."""
    path = write(tmp_path, "[screen]\nascii = true\n")

    def where(key: str) -> str:
        return origin(key, path, environ={"HEADCOUNT_SLOW": "1"}, flags={"screen": {"mouse": False}})

    keys = ("screen.ascii", "screen.slow", "screen.mouse", "attention.bell")
    assert [where(key) for key in keys] == [str(path), "environment", "flag", "default"]


def test_no_file_means_defaults(tmp_path: Path) -> None:
    """A first start needs no configuration."""
    assert load(tmp_path / "none.toml", environ={}).chosen_profile() is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[screen]\nasci = true\n", "line 2: screen.asci: Unknown setting. Did you mean ascii?"),
        (
            "[screen]\nslow = true\nThem = 'dark'\n",
            "line 3: screen.Them: Unknown setting. Did you mean theme?",
        ),
        ("[screen\n", "line 1: the [section] is not closed."),
        ("[screen]\ntheme = dark\n", 'line 2: the value can\'t be read: text needs quotes, as in name = "text".'),
        ('[screen]\nslow = "maybe"\n', "line 2: screen.slow: Write true or false."),
        ('[screen]\ntheme = "drak"\n', "line 2: screen.theme: Use auto, dark or ansi. Did you mean dark?"),
        ("theme = 'dark'\n", "line 1: theme: Unknown setting here. theme belongs in [screen]."),
        ("[profile.a]\nurl = 'x'\n", "line 1: profile: Profiles are written as [profiles.NAME]."),
        ("default_profile = 'a'\n", "line 1: default_profile: Unknown setting. Use profile."),
        (
            '[attention]\nnotify = ["request"]\n',
            (
                "line 2: attention.notify.0: Use payments, seats, expiring, requests, answers or codes. "
                "Did you mean requests?"
            ),
        ),
        ('[attention]\nbell = "loud"\n', "line 2: attention.bell: Write true or false."),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    """What can't be used is said with its line and its key, and what was probably meant."""
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load(path, environ={})
    assert str(caught.value) == f"{path}, {says}"


ACME = '[profiles.acme]\nurl = "https://acme.example"\n'


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            'token = "hc_secret"',
            "profiles.acme.token: Unknown setting. This file is not for secrets: use token_",
        ),
        (
            "verify = false",
            "profiles.acme.verify: Unknown setting. Certificates are always checked: name your",
        ),
        ('ca_file = "x"', "profiles.acme.ca_file: Unknown setting. Use ca_bundle."),
        ('color = "red"', "profiles.acme.color: Unknown setting. Use colour."),
        ("timeout = 3", "profiles.acme.timeout: Unknown setting. Use timeouts.connect, .read or .total."),
        ("readonly = true", "profiles.acme.readonly: Unknown setting. Did you mean read_only?"),
        ("timeouts.conect = 3", "profiles.acme.timeouts.conect: Unknown setting. Did you mean connect?"),
        ("timeouts.read = 0", "profiles.acme.timeouts.read: This must be more than 0."),
        (
            'proxy = "socks5://p:1"',
            "profiles.acme.proxy: The proxy of the profile is a SOCKS proxy, which can't be used",
        ),
        ('spending_limit = "lots"', "profiles.acme.spending_limit: Write it as EUR 500.00, with as many decimals as"),
    ],
)
def test_what_other_programs_call_it_is_answered_with_our_name(tmp_path: Path, line: str, says: str) -> None:
    """In a profile, too, with the line; never with the value, which may be a secret."""
    path = write(tmp_path, f"{ACME}{line}\n")
    with pytest.raises(SettingsError) as caught:
        survey(path, environ={}).chosen_profile()
    assert str(caught.value).startswith(f"{path}, line 3: {says}")
    assert "hc_secret" not in str(caught.value)


def test_a_mistake_stops_only_what_needs_it(tmp_path: Path) -> None:
    """A command needs its profile, the app its settings and its profile; everything wrong is known at once."""
    path = write(
        tmp_path,
        f"[screen]\ntheem = 1\n{ACME}[profiles.bad]\nurl = 'ftp://x'\nreadonly = true\n",
    )
    found = survey(path, environ={"HEADCOUNT_SLOW": "quick", "HEADCOUNT_PROFILE": "acme"})
    assert [(each.source, each.line) for each in found.mistakes] == [
        *[("HEADCOUNT_SLOW", 0), (str(path), 2), (str(path), 6), (str(path), 7)]
    ]
    chosen = found.chosen_profile()
    assert chosen is not None
    assert chosen[0] == "acme"
    with pytest.raises(SettingsError) as caught:
        found.for_app("acme")
    assert "bad" not in str(caught.value)
    assert str(caught.value).count("\n") == 1
    with pytest.raises(SettingsError, match=r"line 6: profiles.bad.url.*\n.*line 7: profiles.bad.readonly"):
        survey(path, environ={"HEADCOUNT_PROFILE": "bad"}).chosen_profile()
    with pytest.raises(SettingsError, match="Did you mean acme"):
        survey(path, environ={"HEADCOUNT_PROFILE": "acne"}).chosen_profile()


def test_a_variable_that_means_nothing_is_told_with_the_nearest() -> None:
    """`HEADCOUNT_PROFIL` changes nothing in silence; what the server and the terminal look at is known."""
    environ = {"HEADCOUNT_PROFIL": "x", "HEADCOUNT_SLOW": "1", "HEADCOUNT_SMTP_PASSWORD": "x", "PATH": "x"}
    (only,) = unknown_variables(environ)
    assert str(only) == "HEADCOUNT_PROFIL: Unknown variable. Did you mean HEADCOUNT_PROFILE?"


def test_a_switch_in_the_environment_is_on_or_off(tmp_path: Path) -> None:
    """`HEADCOUNT_SLOW=quick` is a mistake, not a truth."""
    with pytest.raises(SettingsError, match=r"HEADCOUNT_SLOW: Write 1 or 0\."):
        load(tmp_path / "none.toml", environ={"HEADCOUNT_SLOW": "quick"})


def test_the_bell_and_what_it_rings_for_are_chosen(tmp_path: Path) -> None:
    """Everything is said and nothing rings until somebody wants it otherwise."""
    assert load(tmp_path / "none.toml", environ={}).attention == Attention(bell=False, notify=frozenset(AttentionKind))
    path = write(tmp_path, '[attention]\nbell = true\nnotify = ["requests", "payments"]\n')
    chosen = load(path, environ={}).attention
    wanted = frozenset({AttentionKind.REQUESTS, AttentionKind.PAYMENTS})
    assert chosen == Attention(bell=True, notify=wanted)
    assert load(path, environ={"HEADCOUNT_BELL": "off"}).attention.bell is False


def test_a_file_with_a_token_must_be_private(tmp_path: Path) -> None:
    """A profile that says how to get a token may not be readable by others, and the message says how to mend it."""
    text = '[profiles.a]\nurl = "https://a.example"\ntoken_command = "pass show a"\n'
    with pytest.raises(SettingsError, match="chmod 600"):
        load(write(tmp_path, text, 0o644), environ={})
    assert load(write(tmp_path, text), environ={}).chosen_profile() is not None


def test_an_unknown_profile_lists_those_there_are(tmp_path: Path) -> None:
    """A misspelt profile is answered with the right spellings."""
    path = write(tmp_path, '[profiles.acme]\nurl = "https://a.example"\ntoken_env = "T"\n')
    with pytest.raises(SettingsError, match="You have: acme"):
        load(path, environ={"HEADCOUNT_PROFILE": "acne"}).chosen_profile()
