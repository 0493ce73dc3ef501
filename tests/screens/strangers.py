"""The demo organisation behind a server, with a colleague at work and people outside who ask to join it."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
from harness import COLLEAGUE_LIMIT, NOW, Office, serving
from sqlalchemy import Connection

from contract.mailbox import email_key
from contract.people import Role
from server.catalogue import default_catalogue
from server.http.tokens import make_token
from server.operations.authentication import Wanted, sign_in
from server.operations.provisioning import give_token
from server.seed.demo import seed_demo
from server.store import organisations

ORGANISATION = "Tidewheel Works"
JANE = "jane@tidewheel.example"


@contextlib.contextmanager
def office_with_strangers(folder: Path, count: int) -> Iterator[tuple[Office, list[str]]]:
    """The office, where jane is an admin besides the owner, and the tokens of so many people outside it."""
    tokens: dict[Role, str] = {}
    outside: list[str] = []

    def seed(connection: Connection) -> str:
        made = make_token()
        founded = seed_demo(connection, default_catalogue(), token=made.token, now=NOW)
        jane = organisations.add_account(connection, email=JANE, email_key=email_key(JANE) or JANE, now=NOW)
        organisations.add_member(
            connection,
            organisation_id=founded.organisation_id,
            account_id=jane,
            role=Role.ADMIN,
            now=NOW,
            spending_limit=COLLEAGUE_LIMIT,
        )
        tokens[Role.ADMIN] = give_token(connection, founded.organisation_id, jane, NOW)
        for number in range(count):
            email = f"stranger{number:03}@outside.example"
            outside.append(sign_in(connection, Wanted(email, new=True), NOW).token)
        return made.token

    with serving(folder, seed=seed) as office:
        office.tokens.update(tokens)
        yield office, outside


async def ask_to_join(office: Office, tokens: Sequence[str]) -> None:
    """Each of them asks, one after the other, over the network as anybody does."""
    transport = httpx.AsyncHTTPTransport(uds=office.socket)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=30) as api:
        for token in tokens:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await api.post("/v1/profile/transfers", json={"organisation": ORGANISATION}, headers=headers)
            assert answer.status_code == 201, answer.text
