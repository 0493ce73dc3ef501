"""`headcount server run`: what is said of mail and webhooks on its command line."""

import argparse
import os
from pathlib import Path
from typing import NoReturn

from pydantic import SecretStr

from contract.mailbox import NotAnAddressError, mailbox
from server.platform.secret_files import secret_in
from server.serving.listeners import is_loopback
from server.serving.network_options import network, public_url
from server.settings import USUAL_PORTS, MailSettings, RefusedValueError, Security

PASSWORD_VARIABLE = "HEADCOUNT_SMTP_PASSWORD"  # noqa: S105 - where it is, not what
_LAST_PORT = 65535


def add_options(command: argparse.ArgumentParser) -> None:
    """Everything about mail and webhooks; without `--mail-host` no mail is sent."""
    mail = command.add_argument_group("mail", "Off without --mail-host. docs/notifications.md tells more.")
    mail.add_argument("--mail-host", metavar="NAME", help="the mail server to send through")
    mail.add_argument("--mail-port", type=int, metavar="N", help="default: 587, with tls 465, with none 25")
    mail.add_argument(
        "--mail-security",
        choices=[each.value for each in Security],
        default=Security.STARTTLS.value,
        help="none only for a mail server on this machine (default: %(default)s)",
    )
    mail.add_argument("--mail-user", default="", metavar="NAME", help="the user name to sign in with")
    where = f"a file with the password, for you alone (or set {PASSWORD_VARIABLE})"
    mail.add_argument("--mail-password-file", type=Path, metavar="PATH", help=where)
    mail.add_argument("--mail-from", metavar="ADDRESS", help="the sender's address")
    mail.add_argument("--mail-ca-file", type=Path, metavar="PATH", help="authorities to trust instead of the system's")
    hooks = command.add_argument_group("webhooks")
    what = "also tell addresses inside this network, such as 10.1.0.0/16; may be given again"
    hooks.add_argument("--webhook-network", type=network, action="append", default=[], metavar="CIDR", help=what)


def mail_settings(options: argparse.Namespace) -> MailSettings | None:
    """What was said of mail; None when it is off.

    Raises:
        RefusedValueError: something is missing or can't be used; no message has the password in it.
    """
    if not options.mail_host:
        _nothing_else(options)
        return None
    security = Security(options.mail_security)
    if security is Security.NONE and not is_loopback(options.mail_host):
        _refuse("--mail-security none is for a mail server on this machine: use starttls or tls")
    port = USUAL_PORTS[security] if options.mail_port is None else options.mail_port
    if not 0 < port <= _LAST_PORT:
        _refuse("--mail-port goes from 1 to 65535")
    password = _password(options)
    if bool(options.mail_user) != bool(password):
        _refuse(f"give --mail-user and a password (--mail-password-file or {PASSWORD_VARIABLE}), or neither")
    if not (options.mail_user + password).isascii():
        _refuse("the name and the password for the mail server can only have ASCII characters")
    return MailSettings(
        host=options.mail_host,
        port=port,
        security=security,
        username=options.mail_user,
        password=SecretStr(password),
        sender=_sender(options.mail_from),
        public_url=_public_url(options),
        ca_file=_readable(options.mail_ca_file),
    )


def _nothing_else(options: argparse.Namespace) -> None:
    """Half a setting must not pass for no setting."""
    given = (options.mail_port, options.mail_user, options.mail_password_file, options.mail_from, options.mail_ca_file)
    if any(given):
        _refuse("to send mail, give --mail-host too")


def _sender(given: str | None) -> str:
    if not given:
        _refuse("give --mail-from: the sender's address")
    try:
        sender = mailbox(given).email
    except NotAnAddressError as error:
        message = f"--mail-from is an e-mail address, such as seats@example.org: {error}"
        raise RefusedValueError(message) from error
    if not sender.partition("@")[0].isascii():
        _refuse("--mail-from has only ASCII characters before its @, such as seats@example.org")
    return sender


def _public_url(options: argparse.Namespace) -> str:
    return public_url(options) or _refuse("give --public-url: how people reach this server, for the links in letters")


def _password(options: argparse.Namespace) -> str:
    """From the file, or from the environment; never from the command line, which everybody on the machine can read."""
    if options.mail_password_file is None:
        return os.environ.get(PASSWORD_VARIABLE, "")
    return secret_in(options.mail_password_file, "password")


def _readable(path: Path | None) -> Path | None:
    if path is not None and not os.access(path.expanduser(), os.R_OK):
        _refuse(f"can't read {path}")
    return path.expanduser() if path is not None else None


def _refuse(message: str) -> NoReturn:
    raise RefusedValueError(message)
