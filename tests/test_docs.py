"""The documents say what is true."""

import re
import tomllib
from pathlib import Path

import pytest

from tui.input.commands import key_table_markdown
from tui.input.keymap import read_keymap
from tui.runtime.settings import Settings, load

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_the_example_equals_the_defaults(tmp_path: Path) -> None:
    """Copying config.example.toml changes nothing."""
    example = tmp_path / "config.toml"
    example.write_text((ROOT / "config.example.toml").read_text())
    assert load(example, environ={}) == Settings()


def test_the_example_shows_every_setting() -> None:
    """No setting is known only to those who read the code."""
    data = tomllib.loads((ROOT / "config.example.toml").read_text())
    assert set(data["screen"]) == set(Settings().screen.model_dump())


def test_what_the_example_only_mentions_can_be_used(tmp_path: Path) -> None:
    """The commented lines of the example are valid too, once their comment sign is taken away."""
    text = re.sub(r"(?m)^# (?=\[profiles|[a-z_]+ = |\"users)", "", (ROOT / "config.example.toml").read_text())
    path = tmp_path / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    settings = load(path, environ={})
    assert list(settings.profiles) == ["acme"]
    assert list(settings.keys) == ["users.remove"]
    assert not read_keymap(settings.keys).complaints


def test_the_readme_lists_the_keys_as_they_are() -> None:
    """The README's table of keys is the one the app is made from."""
    shown = README.partition("<!-- keys: made from tui/input/commands.py; a test compares -->\n")[2]
    assert shown.partition("<!-- /keys -->")[0] == key_table_markdown()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?m)(?:`|^)make ([a-z]+)", README))))
def test_every_make_target_in_the_readme_exists(target: str) -> None:
    """Commands of the README can be typed."""
    assert re.search(rf"(?m)^{target}:", (ROOT / "Makefile").read_text())


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_of_the_readme_leads_somewhere(link: str) -> None:
    """Pictures and documents that the README names are in the repository."""
    assert (ROOT / link).exists()
