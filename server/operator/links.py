"""How a command shows a sign-in link: printed once, unless the server mails it."""

import argparse
from urllib.parse import urlsplit

from server.operator.actions import LinkMade
from server.operator.saying import say, shown_once
from server.people.sign_in_links import PATH
from server.serving.network_options import public_url

USUAL_ADDRESS = "http://127.0.0.1:8642"
"""Where a server listens that was told nothing."""


def address_of(options: argparse.Namespace) -> str:
    """How people reach the server, as the command was told; empty if it was not.

    Raises:
        RefusedValueError: it is no address that people can be sent to.
    """
    return public_url(options)


def print_link(made: LinkMade, secret: str, told: str, instead: str) -> None:
    """Print a link, unless it was mailed. `told` is the address the command was given, `instead` what is so without it.

    Raises:
        SettingsError: it can't be printed. Nobody has seen it.
    """
    if not made.mailed:
        shown_once(f"{told or made.address or USUAL_ADDRESS}{PATH}?link={secret}", instead, what="link")


def say_link(made: LinkMade, told: str, *, mail: bool = True) -> None:
    """Say until when a link works, and whether it was mailed; if it should have been, what that takes."""
    until = f"{made.expires_at:%H:%M} UTC" if made.expires_at else "15 minutes from now"
    if made.mailed:
        say(f"a link to sign in was mailed to {made.email}; it works once, until {until}")
        return
    if mail:
        say(f"nothing was mailed to {made.email}: that takes a running server with --mail-host")
    say(f"this link signs {made.email} in once, until {until}; it is shown only now, so give it to nobody else")
    if not (told or made.address):
        guess = urlsplit(USUAL_ADDRESS).netloc
        say(f"the server's own address is not known here ({guess} is a guess): give --public-url")
