"""A profile: one server, how to reach it, and who one is there. `open_client` makes a client of it."""

import importlib
import os
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from client import credentials
from client.address import is_loopback, parse_address
from client.api import Client
from client.call_executor import Pace
from client.device_client import DeviceClient
from client.errors import UnsafeAddress
from client.journal import Journal
from client.protocol import Channel
from client.proxies import DIRECT, parse_proxy, proxy_for
from client.retries import BUDGET
from contract.money import Money, minor_units

_PRICE = re.compile(r"([A-Z]{3}) (\d{1,12})(?:\.(\d{1,4}))?")


def _safe(url: str) -> str:
    try:
        parse_address(url)
    except UnsafeAddress as error:
        raise ValueError(error.message) from error
    return url


def _proxy(url: SecretStr) -> SecretStr:
    try:
        if url.get_secret_value() != DIRECT:
            parse_proxy(url.get_secret_value())
    except UnsafeAddress as error:
        raise ValueError(error.message) from error
    return url


def _money(value: object) -> object:
    """`EUR 500` or `EUR 500.00` as money; anything else is left to the model."""
    if not isinstance(value, str):
        return value
    found = _PRICE.fullmatch(value)
    if not found or len(found[3] or "") not in {0, minor_units(found[1])}:
        message = "write it as EUR 500.00, with as many decimals as the currency has"
        raise ValueError(message)
    decimals = minor_units(found[1])
    return {"amount": int(found[2] + (found[3] or "").ljust(decimals, "0")), "currency": found[1]}


class Timeouts(BaseModel):
    """How long to wait, in seconds: for a connection, between two bytes, and for a call with all its attempts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    connect: Annotated[float, Field(gt=0, le=60)] = 5.0
    read: Annotated[float, Field(gt=0, le=300)] = 30.0
    total: Annotated[float, Field(gt=0, le=600)] = BUDGET


class Profile(BaseModel):
    """One server and who one is there.

    At most one of `token_env`, `token_command` and `token_file`. `proxy` is `none` for no proxy, whatever the
    environment names. `client_key` is needed where `client_cert` does not hold its key. `spending_limit` is what
    the screens ask twice above; `colour` names a colour of the theme, so that production looks like production.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_safe)]
    token_env: str | None = None
    token_command: str | tuple[str, ...] | None = None
    token_file: Path | None = None
    proxy: Annotated[SecretStr, AfterValidator(_proxy)] | None = None
    ca_bundle: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    timeouts: Timeouts = Timeouts()
    read_only: bool = False
    largest_file: Annotated[int, Field(ge=1 << 20, le=1 << 40)] = 1 << 30
    colour: Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,29}$")] | None = None
    spending_limit: Annotated[Money, BeforeValidator(_money)] | None = None

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        given = [self.token_env, self.token_command, self.token_file]
        if sum(each is not None for each in given) > 1:
            message = "give one of token_env, token_command and token_file"
            raise ValueError(message)
        return self

    def token(self) -> SecretStr | None:
        """Read the token from where it is; may block up to ten seconds, and may raise `NoToken`."""
        if self.token_env is not None:
            return credentials.from_environment(self.token_env)
        if self.token_command is not None:
            return credentials.from_command(self.token_command)
        return credentials.from_file(self.token_file) if self.token_file is not None else None


def open_client(
    profile: Profile,
    *,
    name: str = "",
    journal: Journal | None = None,
    pace: Pace | None = None,
    transport: Any = None,
) -> Client:
    """A client for a profile, at once: the token is read and httpx imported at the first call, in a thread.

    `name` is the profile's, for what is said when something goes wrong. `transport` is an `httpx.AsyncBaseTransport`
    that replaces the network in tests.
    """
    connect: Callable[[], Channel] = partial(_connect, profile, name, transport)
    pace = pace or Pace(budget=profile.timeouts.total)
    return Client(connect, journal=journal, pace=pace, web_address=web_address(profile.url))


def web_address(url: str) -> str:
    """Where a browser finds the server of a profile, as far as others reach it by the same address too."""
    address = parse_address(url)
    if not address.secure or is_loopback(address.origin.removeprefix("https://").rpartition(":")[0].strip("[]")):
        return ""
    return f"{address.origin.removesuffix(':443')}{address.prefix}"


def open_device_client(profile: Profile, *, transport: Any = None) -> DeviceClient:
    """A client for signing in at a profile's server; what the profile says of a token is not looked at."""
    nobody = profile.model_copy(
        update={"token_env": None, "token_command": None, "token_file": None, "read_only": False}
    )
    return DeviceClient(partial(_connect, nobody, "", transport))


def _connect(profile: Profile, name: str, transport: Any) -> Channel:
    address = parse_address(profile.url)
    proxy = proxy_for(address, profile.proxy, {} if transport else os.environ)
    # Imported here, as httpx takes longer to load than the first screen to paint; a third of that is its command line.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # None is how Python spells "don't import it"
    http = importlib.import_module("client.transport")
    wire = http.Wire(
        token=profile.token(),
        connect=profile.timeouts.connect,
        read=profile.timeouts.read,
        proxy=proxy,
        ca_bundle=_at_home(profile.ca_bundle),
        client_cert=_at_home(profile.client_cert),
        client_key=_at_home(profile.client_key),
        profile=name,
        read_only=profile.read_only,
        largest_file=profile.largest_file,
    )
    channel: Channel = http.HttpChannel(address, wire, transport=transport)
    return channel


def _at_home(path: Path | None) -> Path | None:
    return path.expanduser() if path else None
