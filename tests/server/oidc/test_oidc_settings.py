"""The file of providers: what can be said, and what is refused with the line it stands in."""

from pathlib import Path

import pytest

from server.oidc.options import read
from server.settings import SettingsError

GOOD = """\
[example]
title = "Example Ltd"
issuer = "https://id.example.org/realms/staff"
client_id = "headcount"
domains = ["Example.org", "straße.example"]
"""


def written(folder: Path, text: str) -> Path:
    """A file with this in it."""
    path = folder / "issuers.toml"
    path.write_text(text)
    return path


def test_a_provider_as_it_is_read(tmp_path: Path) -> None:
    """Domains are kept as the name service knows them; what was not said is the careful choice."""
    (issuer,) = read(written(tmp_path, GOOD), {}, sandbox=False)
    assert issuer.domains == ("example.org", "xn--strae-oqa.example")
    assert (issuer.name, issuer.url) == ("example", "https://id.example.org/realms/staff")
    assert (issuer.required, issuer.addresses.value, issuer.networks) == (False, "verified", ())


def test_the_secret_comes_from_a_private_file_or_the_environment(tmp_path: Path) -> None:
    """It is in no settings file; and it is not printed with the settings."""
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    secret.chmod(0o600)
    (by_file,) = read(written(tmp_path, f'{GOOD}client_secret_file = "{secret}"'), {}, sandbox=False)
    assert by_file.client_secret.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(by_file)
    text = f'{GOOD}client_secret_env = "EXAMPLE_SECRET"'
    (by_name,) = read(written(tmp_path, text), {"EXAMPLE_SECRET": "other"}, sandbox=False)
    assert by_name.client_secret.get_secret_value() == "other"
    with pytest.raises(SettingsError, match="EXAMPLE_SECRET is not set"):
        read(written(tmp_path, text), {}, sandbox=False)
    secret.chmod(0o644)
    with pytest.raises(SettingsError, match="others can read the client secret file"):
        read(written(tmp_path, f'{GOOD}client_secret_file = "{secret}"'), {}, sandbox=False)


REFUSED = [
    ("", "names no provider"),
    ("x = 1", "x: "),
    ("[a", "not closed"),
    (GOOD.replace("[example]", '["Ex ample"]'), "Write an id"),
    (GOOD + "requierd = true", r"line 6: example\.requierd: Unknown field.*required"),
    (GOOD + 'required = "yes"', r"line 6: example\.required"),
    (GOOD + 'addresses = "all"', r"line 6: example\.addresses"),
    (GOOD + 'client_secret = "x"', r"line 6: example\.client_secret: Unknown field"),
    (GOOD + 'client_secret_env = "A"\nclient_secret_file = "b"', "not both"),
    (GOOD.replace("https:", "http:"), "begins with https"),
    (GOOD.replace("staff", "staff?a=1"), r"line 3: example\.issuer"),
    (GOOD.replace("https://", "ftp://"), r"line 3: example\.issuer"),
    (GOOD.replace("https://", "https://user@"), r"line 3: example\.issuer"),
    (GOOD.replace('"Example.org"', '"a@b.example"'), r"line 5: example\.domains"),
    (GOOD.replace('"Example.org"', '"*"'), r"line 5: example\.domains"),
    (GOOD.replace('"Example.org"', '"localhost"'), r"line 5: example\.domains"),
    (GOOD.replace('["Example.org", "straße.example"]', "[]"), r"line 5: example\.domains"),
    (GOOD.replace('"headcount"', '"head count:"'), r"line 4: example\.client_id"),
    (GOOD.replace("Example Ltd", "\u202eExample"), "control characters"),
    (GOOD + 'networks = ["10.0.0.1/8"]', r"line 6: example\.networks"),
    (GOOD + 'ca_file = "/nowhere/ca.pem"', "can't read /nowhere/ca.pem"),
    (GOOD + GOOD.replace("[example]", "[other]"), "'example.org' twice"),
    (GOOD + GOOD.replace("[example]", "[other]").replace("Example.org", "x.example"), "twice"),
    (GOOD + GOOD.replace("[example]", "[other]").replace('"Example.org", "straße.example"', '"x.example"'), "issuer"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=[str(number) for number in range(len(REFUSED))])
def test_what_can_not_be_used_is_said_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    """No secret is repeated, and nothing is guessed."""
    with pytest.raises(SettingsError, match=why):
        read(written(tmp_path, text), {"A": "b"}, sandbox=False)


def test_plain_http_is_for_a_sandbox_on_this_machine(tmp_path: Path) -> None:
    """Nowhere else, and not for other machines."""
    text = GOOD.replace("https://id.example.org", "http://127.0.0.1:9000")
    assert read(written(tmp_path, text), {}, sandbox=True)
    with pytest.raises(SettingsError, match="https"):
        read(written(tmp_path, text), {}, sandbox=False)
    with pytest.raises(SettingsError, match="https"):
        read(written(tmp_path, GOOD.replace("https:", "http:")), {}, sandbox=True)
