"""What a server is started with."""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

MAX_BODY = 32 * 1024 * 1024
"""The largest request body, in bytes."""


class SettingsError(ValueError):
    """The server can't be started like this, or a command can't be done; the message says why."""

    exit_code = 1


class RefusedValueError(SettingsError):
    """A value that was given can't be used, whatever the database and the machine are like."""

    exit_code = 2


class DatabaseInUseError(SettingsError):
    """Another process writes to the database."""


class Security(StrEnum):
    """How the connection to the mail server is encrypted. `none` is for a mail server on this machine."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


USUAL_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


class MailSettings(BaseModel):
    """How the server sends e-mail; without these it sends none.

    Where it is handed in, as whom, and where the links in it lead: `public_url` has no slash at its end. `ca_file`
    holds the authorities to trust instead of the system's. `patience` is how many seconds one letter may take, `step`
    how many the mail server may take for one answer.
    """

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: str
    public_url: str
    ca_file: Path | None = None
    step: Annotated[float, Field(gt=0)] = 20.0
    patience: Annotated[float, Field(gt=0)] = 60.0


class Trusted(StrEnum):
    """Which addresses a provider is believed: those it says are verified, or every one in its domains."""

    VERIFIED = "verified"
    DOMAINS = "domains"


class Issuer(BaseModel):
    """A provider that people of some domains sign in with (OpenID Connect).

    `url` is exactly what the provider calls itself. It speaks for `domains` (as `contract.mailbox` has them) and for
    nobody else; where it is `required` their people have no other way. Its own addresses may be in `networks` though
    the public can't reach them. `patience` is how many seconds it has for one answer.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    url: str
    client_id: str
    client_secret: SecretStr = SecretStr("")
    domains: tuple[str, ...]
    required: bool = False
    addresses: Trusted = Trusted.VERIFIED
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ca_file: Path | None = None
    patience: Annotated[float, Field(gt=0)] = 10.0


class ServerSettings(BaseModel):
    """Everything `create_app` needs. `now` sets the sandbox clock of a database that has none yet, or moves it on."""

    model_config = ConfigDict(frozen=True)

    database: str
    sandbox: bool = False
    now: AwareDatetime | None = None
    max_body: int = MAX_BODY
    heartbeat: float = 15.0
    """Seconds between the comment lines of an event stream that has nothing to say."""
    chores: float = 60.0
    """Seconds between two looks for what fell due."""
    max_connections: int = 1000
    """Connections at once, as far as files may be open (`serving.connection_cap`); half may be event streams."""
    patience: float = 10.0
    """Seconds for the head of a request, and for each next part of its body and answer (`serving.client_timeouts`)."""
    slowest: int = 1024
    """Bytes a second below which a body or an answer does not come on."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Whose `X-Forwarded-For` is believed (`server.http.proxies`)."""
    trust_unix: bool = False
    """Whether whoever comes by the Unix socket is such a proxy."""
    public_url: str = ""
    """How this server is reached from outside, without a slash at its end."""
    mail: MailSettings | None = None
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks whose addresses webhooks may have though the public can't reach them; in a sandbox also this machine."""
    webhook_patience: float = 15.0
    """Seconds that a webhook has for its answer, connecting included."""

    issuers: tuple[Issuer, ...] = ()
    """Who else people may sign in with; no domain is in two of them."""
    self_service: bool | None = None
    """Whether accounts start organisations with subscriptions on their own; unsaid, they do so in a sandbox alone."""

    @property
    def starts_online(self) -> bool:
        """Whether a first subscription is taken without the vendor's help."""
        return self.sandbox if self.self_service is None else self.self_service

    @property
    def public_address(self) -> str:
        """How people reach this server, as its settings say, without a slash at its end; empty where they don't say.

        What a request says of it (`Host`) could be anybody's word.
        """
        return self.public_url or (self.mail.public_url if self.mail else "")


def sqlite_path(database: str) -> Path | None:
    """The file behind `sqlite:///path` (or behind a bare path); None for a database in memory.

    Raises:
        RefusedValueError: for any other kind of database.
    """
    if database in {"sqlite://", "sqlite:///:memory:", ":memory:"}:
        return None
    path = database.removeprefix("sqlite:///")
    if "://" in path or not path:
        message = "this server keeps its data in SQLite: give --db sqlite:///path/to/file.db"
        raise RefusedValueError(message)
    return Path(path).expanduser()
