"""`GET /v1/me`, `/v1/tokens` and `/v1/profile/sign-ins`."""

from collections.abc import Iterator

from contract.operations import CREATE_TOKEN, END_SIGN_IN, LIST_SIGN_INS, LIST_TOKENS, ME, REVOKE_TOKEN
from contract.people import Me
from server.http.call import Call
from server.people.me import me_answer
from server.people.sign_in_links import KEPT, KNOWN_FOR
from server.people.sign_ins import end_sign_in, list_sign_ins
from server.people.token_issuing import create_token, list_tokens, revoke_token
from server.platform.services import Services
from server.store import sign_in_links, tokens


def show_me(call: Call) -> Me:
    """The signed-in account, its organisation, its role and what it may do."""
    return me_answer(call)


def write_last_uses(services: Services) -> Iterator[int]:
    """The chore: write when tokens were used. Nothing has happened by it."""
    for _ in services.last_uses.write():
        yield 0


def forget_ended(services: Services) -> Iterator[int]:
    """The chore: sessions and links that ended long ago are forgotten."""
    now = services.clock.now()
    old, used = now - KEPT, now - KNOWN_FOR
    with services.database.read() as connection:
        any_old = sign_in_links.any_old(connection, old, used) or tokens.any_ended_sessions(connection, old)
    if any_old:
        with services.database.write() as connection:
            sign_in_links.forget(connection, old, used)
            tokens.forget_sessions(connection, old)
    yield 0


HANDLERS = {
    ME: show_me,
    LIST_TOKENS: list_tokens,
    CREATE_TOKEN: create_token,
    REVOKE_TOKEN: revoke_token,
    LIST_SIGN_INS: list_sign_ins,
    END_SIGN_IN: end_sign_in,
}
CHORES = (write_last_uses, forget_ended)
