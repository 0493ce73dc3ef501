"""A served organisation with people who administer nothing: a member who is a user, and freelancers outside it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from harness import NOW, Office, serving
from sqlalchemy import Connection

from contract.people import Role
from server.catalogue import default_catalogue
from server.http.tokens import make_token
from server.operations.authentication import Wanted, sign_in
from server.seed.demo import seed_demo

USER = "bjorn@tidewheel.example"
"""A member of Tidewheel Works who uses its subscription."""

INVITED = "yara@haddad-marine.example"
"""Asked to join by it, and in no organisation."""

PAYING = "umberto@quattrocchi.example"
"""Asks to join it, and pays for a plan of his own."""

STRANGER = "ana@outside.example"
"""Has an account and nothing else."""


@contextlib.contextmanager
def profile_office(folder: Path, who: str) -> Iterator[Office]:
    """The demo organisation behind a server; `Role.MEMBER` is the token of `who`, `Role.OWNER` its owner's."""
    tokens: dict[Role, str] = {}

    def seed(connection: Connection) -> str:
        made = make_token()
        seed_demo(connection, default_catalogue(), token=made.token, now=NOW)
        tokens[Role.MEMBER] = sign_in(connection, Wanted(who, new=True), NOW).token
        return made.token

    with serving(folder, seed=seed) as office:
        office.tokens.update(tokens)
        yield office
