"""What the command line says of how the server is reached."""

from ipaddress import ip_network
from typing import Any

import pytest

from server.__main__ import _parser
from server.serving.network_options import UNIX, public_url, trusted_proxies
from server.settings import ServerSettings, SettingsError


def options(*given: str) -> Any:
    """A command line that runs the server."""
    return _parser().parse_args(["run", *given])


def test_nobody_is_trusted_by_default() -> None:
    """Neither this machine nor the Unix socket speaks for others unless it is said."""
    said = options()
    assert (trusted_proxies(said), UNIX in said.trusted_proxy, public_url(said)) == ((), False, "")
    settings = ServerSettings(database="sqlite://")
    assert (settings.trusted_proxies, settings.trust_unix) == ((), False)
    assert said.max_connections == settings.max_connections


def test_proxies_are_addresses_and_networks() -> None:
    """Given again, each counts; `unix` is the one without an address."""
    said = options("--trusted-proxy", "10.0.0.5", "--trusted-proxy", "2001:db8::/48", "--trusted-proxy", "unix")
    assert trusted_proxies(said) == (ip_network("10.0.0.5"), ip_network("2001:db8::/48"))
    assert UNIX in said.trusted_proxy


@pytest.mark.parametrize(
    "given",
    [
        ("--trusted-proxy", "*"),
        ("--trusted-proxy", "proxy.example"),
        ("--trusted-proxy", "10.0.0.1/8"),
        ("--trusted-proxy", ""),
        ("--max-connections", "0"),
        ("--max-connections", "-1"),
        ("--max-connections", "1e3"),
        ("--max-connections", "9999999"),
    ],
)
def test_what_is_none_is_wrong_usage(given: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else is exit code 2 with the option's name: nothing is trusted by a slip."""
    with pytest.raises(SystemExit) as ended:
        options(*given)
    assert ended.value.code == 2
    assert given[0] in capsys.readouterr().err


@pytest.mark.parametrize("given", ["http://x.example", "seats.example", "https://x.example/?a", "https://u@x.example"])
def test_a_public_address_is_one_to_send_people_to(given: str) -> None:
    """Also without mail."""
    with pytest.raises(SettingsError, match="--public-url"):
        public_url(options("--public-url", given))
    assert public_url(options("--public-url", "https://x.example/")) == "https://x.example"
