"""`headcount server check-oidc`: what a sign-in asks first, asked before anybody depends on it."""

from pathlib import Path

import pytest
from sign_on_desk import providers

from server.__main__ import main


def test_every_provider_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is good is told with the address to register; what is not, in one line; a mistake ends it before."""
    file = tmp_path / "issuers.toml"
    with providers() as company:
        written = [
            f'[{name}]\ntitle = "T"\nissuer = "{company.base}/{name}"\nclient_id = "c"\ndomains = ["{name}.example"]\n'
            for name in ("one", "two")
        ]
        file.write_text("".join(written))
        asked = ["check-oidc", str(file), "--sandbox", "--public-url", "https://seats.example"]
        assert main(asked) == 0
        said = capsys.readouterr().err
        assert "come back to https://seats.example/sign-in/oidc/two/callback" in said
        company.behave("two", metadata={"issuer": "https://evil.example"})
        assert main(asked) == 1
        said = capsys.readouterr().err
        assert f"[two] {company.base}/two: calls itself by another name than the settings do" in said
        assert "1 finding" in said
        assert main([*asked[:2], *asked[3:]]) == 2
        assert "the issuer begins with https://" in capsys.readouterr().err
