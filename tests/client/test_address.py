"""Where a client may connect to, and where it never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.address import Address, parse_address
from client.errors import UnsafeAddress


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://seats.example.com", Address("https://seats.example.com:443")),
        ("https://seats.example.com:8443/api/", Address("https://seats.example.com:8443", "/api")),
        ("http://localhost:8000", Address("http://localhost:8000")),
        ("http://127.0.0.1", Address("http://127.0.0.1:80")),
        ("http://[::1]:9", Address("http://[::1]:9")),
        ("unix:///run/headcount/api", Address("http://localhost:80", socket="/run/headcount/api")),
        ("unix:/run/headcount/api", Address("http://localhost:80", socket="/run/headcount/api")),
    ],
)
def test_good_addresses(text: str, address: Address) -> None:
    """https, http on this machine, and sockets are understood."""
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "seats.example.com",
        "ftp://seats.example.com",
        "http://seats.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://0.0.0.0",
        "http://[::ffff:10.0.0.1]",
        "https://",
        "https://user:secret@seats.example.com",
        "https://seats.example.com?x=1",
        "https://seats.example.com#x",
        "https://seats.example.com/../admin",
        "https://seats.example.com/%2e%2e/admin",
        "https://seats.example.com//evil.example",
        "https://seats.example.com\\@evil.example",
        "https://seats.example.com\n",
        "https://seats.example.com:port",
        "https://seats.example.com:99999",
        "https://sеats.example.com",
        "unix://host/run/api",
        "unix:api",
        "unix:///" + "x" * 200,
    ],
)
def test_unsafe_addresses(text: str) -> None:
    """What could lead elsewhere or be read on the way is refused, in words that do not repeat it."""
    with pytest.raises(UnsafeAddress) as caught:
        parse_address(text)
    assert "secret" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_safe_or_refused(text: str) -> None:
    """No text makes the parser fail in another way."""
    for candidate in (text, f"https://{text}", f"http://{text}", f"unix:{text}"):
        try:
            address = parse_address(candidate)
        except UnsafeAddress:
            continue
        assert address.secure or address.socket or "localhost" in address.origin or "127." in address.origin
