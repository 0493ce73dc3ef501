"""`headcount server run --oidc FILE`: the providers that people may sign in with, one table of TOML each."""

import argparse
import os
from collections import Counter
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, NoReturn, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError
from pydantic import model_validator as checked_whole
from pydantic_core import ErrorDetails

from contract.field_words import in_words, place, suggested
from contract.mailbox import NotAnAddressError, ascii_domain
from contract.toml_words import line_of, read_toml
from server.platform.secret_files import secret_in
from server.platform.text import is_unsafe
from server.serving.listeners import is_loopback
from server.serving.network_options import public_url
from server.settings import Issuer, RefusedValueError, Trusted

_MOST_TOLD = 10
_MOST = 50
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
_Title = Annotated[str, StringConstraints(min_length=1, max_length=60)]


def _domain(written: str) -> str:
    try:
        return ascii_domain(written)
    except NotAnAddressError as error:
        raise ValueError(str(error)) from error


def _client_id(written: str) -> str:
    if not (written.isascii() and written.isprintable()) or ":" in written:
        message = "A client id has only printable ASCII characters, and no colon."
        raise ValueError(message)
    return written


_ClientId = Annotated[str, StringConstraints(min_length=1, max_length=250), AfterValidator(_client_id)]


def _own_name(url: str) -> str:
    """A provider's own name: an address without a query (OpenID Connect Discovery 1.0, 3)."""
    parts = urlsplit(url)
    plain = not (parts.query or parts.fragment or parts.username or is_unsafe(url) or url != url.strip())
    if not (parts.scheme in {"https", "http"} and parts.hostname and plain and url.isascii()):
        message = "Write the provider's address such as https://id.example.org, without ? and #."
        raise ValueError(message)
    return url


class _Written(BaseModel):
    """One provider as the file has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: _Title
    issuer: Annotated[str, AfterValidator(_own_name)]
    client_id: _ClientId
    client_secret_file: Path | None = None
    client_secret_env: str | None = None
    domains: Annotated[tuple[Annotated[str, AfterValidator(_domain)], ...], Field(min_length=1, max_length=1000)]
    required: Annotated[bool, Field(strict=True)] = False
    addresses: Trusted = Trusted.VERIFIED
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ca_file: Path | None = None

    @checked_whole(mode="after")
    def _one_secret(self) -> Self:
        if self.client_secret_file and self.client_secret_env:
            message = "Use client_secret_file or client_secret_env, not both."
            raise ValueError(message)
        if is_unsafe(self.title):
            message = "A title has no control characters."
            raise ValueError(message)
        return self


class _File(BaseModel):
    """All of them, by the name that stands in the addresses of their pages."""

    model_config = ConfigDict(frozen=True)

    issuers: Annotated[dict[_Name, _Written], Field(max_length=_MOST)]


def add_options(command: argparse.ArgumentParser) -> None:
    """One file says it all; without it nobody is sent anywhere."""
    group = command.add_argument_group("single sign-on", "Off without --oidc. docs/single-sign-on.md tells more.")
    what = "the providers that people of some domains sign in with, as TOML; needs --public-url"
    group.add_argument("--oidc", type=Path, metavar="FILE", help=what)


def issuers(options: argparse.Namespace) -> tuple[Issuer, ...]:
    """The providers of the file; none without one.

    Raises:
        RefusedValueError: something in it can't be used, or it is not said how people come back.
    """
    if options.oidc is None:
        return ()
    if not public_url(options):
        _refuse("give --public-url with --oidc: where providers send people back to")
    return read(options.oidc, os.environ, sandbox=options.sandbox)


def read(path: Path, environment: Mapping[str, str], *, sandbox: bool) -> tuple[Issuer, ...]:
    """The providers in a file, with their secrets.

    Raises:
        RefusedValueError: it can't be read or used; the message says what is wrong and where, and has no secret in it.
    """
    try:
        content = path.expanduser().read_bytes()
    except OSError as error:
        message = f"{str(path)!r} can't be read: {error.strerror}"
        raise RefusedValueError(message) from error
    try:
        found = _File.model_validate({"issuers": read_toml(content)}).issuers
    except ValidationError as error:
        text = content.decode("utf-8-sig")
        wrong = " ".join(_said(each, text) for each in error.errors(include_url=False)[:_MOST_TOLD])
        message = f"{str(path)!r} can't be used: {wrong}"
        raise RefusedValueError(message) from error
    except ValueError as error:
        message = f"{str(path)!r} can't be used: {error}"
        raise RefusedValueError(message) from error
    _check_together(path, found, sandbox=sandbox)
    return tuple(_issuer(name, each, environment) for name, each in found.items())


def _check_together(path: Path, found: Mapping[str, _Written], *, sandbox: bool) -> None:
    if not found:
        _refuse(f"{str(path)!r} names no provider: begin with a [name]")
    domains = Counter(domain for each in found.values() for domain in each.domains)
    named = Counter(each.issuer for each in found.values())
    for what, counted in (("domain", domains), ("issuer", named)):
        for twice in (written for written, times in counted.items() if times > 1):
            _refuse(f"{str(path)!r} has the {what} {twice!r} twice: give it to one provider")
    for name, each in found.items():
        parts = urlsplit(each.issuer)
        if parts.scheme == "http" and not (sandbox and is_loopback(parts.hostname or "")):
            _refuse(f"[{name}] in {str(path)!r}: the issuer begins with https://")


def _issuer(name: str, written: _Written, environment: Mapping[str, str]) -> Issuer:
    ca_file = written.ca_file.expanduser() if written.ca_file else None
    if ca_file is not None and not os.access(ca_file, os.R_OK):
        _refuse(f"[{name}]: can't read {ca_file}")
    return Issuer(
        name=name,
        title=written.title,
        url=written.issuer,
        client_id=written.client_id,
        client_secret=SecretStr(_secret(name, written, environment)),
        domains=written.domains,
        required=written.required,
        addresses=written.addresses,
        networks=written.networks,
        ca_file=ca_file,
    )


def _secret(name: str, written: _Written, environment: Mapping[str, str]) -> str:
    """From the file or from the environment; none for a public client, which proves itself by PKCE alone."""
    if written.client_secret_file is not None:
        return secret_in(written.client_secret_file, "client secret")
    if written.client_secret_env is None:
        return ""
    secret = environment.get(written.client_secret_env, "")
    if not secret:
        _refuse(f"[{name}]: the variable {written.client_secret_env} is not set")
    return secret


def _said(found: ErrorDetails, text: str) -> str:
    """One mistake with its line, its name, and what was probably meant. What stands there is not repeated."""
    key = found["loc"][1:]
    reason = in_words(found)
    if found["type"] == "extra_forbidden":
        reason += suggested(key[-1], _Written.model_fields)
    line = line_of(text, key)
    return ": ".join(filter(None, (f"line {line}" if line else "", place(key), reason)))


def _refuse(message: str) -> NoReturn:
    raise RefusedValueError(message)
