"""What stories of commands without a screen share: a home with profiles, and the commands run in this process."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from cli.main import main
from client.profile import Profile


@dataclass
class Desk:
    """A home folder with a profile, and what the last command said."""

    home: Path
    capsys: pytest.CaptureFixture[str]
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    out: str = ""
    err: str = ""

    def sign_in(self, profile: Profile, name: str = "acme", **more: Any) -> None:
        """Write a profile; `more` are settings of it."""
        self.profiles[name] = {"url": profile.url, "token_file": str(profile.token_file), **more}
        config = self.home / ".config/headcount/config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.touch(mode=0o600)
        config.write_text(tomli_w.dumps({"profiles": self.profiles}))

    def run(self, words: str) -> int:
        """Run `headcount` with these words; the exit code."""
        self.capsys.readouterr()
        try:
            code = main(words.split())
        except SystemExit as end:
            code = int(end.code or 0)
        self.out, self.err = self.capsys.readouterr()
        assert "Traceback" not in self.err
        return code

    def said(self, words: str, code: int = 0) -> str:
        """What a command prints, once its exit code is the expected one."""
        found = self.run(words)
        assert found == code, (words, found, self.out, self.err)
        return self.out

    def listed(self, words: str) -> list[dict[str, Any]]:
        """The items of a list that is printed to its end as JSON."""
        found: dict[str, Any] = json.loads(self.said(f"{words} --json"))
        items: list[dict[str, Any]] = found.pop("items")
        assert found == {"has_more": False, "total": len(items)}
        assert self.err == ""
        return items


def desk_in(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A desk in an empty home, in an environment that names no other."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "HEADCOUNT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    return Desk(home, capsys)
