"""Settings: where they come from and what is said when they can't be used."""

from pathlib import Path

import pytest

from tui.runtime.settings import Attention, AttentionKind, SettingsError, load, origin


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
        ("[screen]\nasci = true\n", "screen.asci: there is no such setting"),
        ("[screen\n", "not valid TOML"),
        ('[screen]\nslow = "maybe"\n', "screen.slow"),
        ('[attention]\nnotify = ["request"]\n', "attention.notify.0: Input should be 'payments', 'seats'"),
        ('[attention]\nbell = "loud"\n', "attention.bell"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    """What can't be used is said with its key, instead of being silently ignored."""
    with pytest.raises(SettingsError, match=says):
        load(write(tmp_path, text), environ={})


def test_a_switch_in_the_environment_is_on_or_off(tmp_path: Path) -> None:
    """`HEADCOUNT_SLOW=quick` is a mistake, not a truth."""
    with pytest.raises(SettingsError, match="HEADCOUNT_SLOW"):
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
