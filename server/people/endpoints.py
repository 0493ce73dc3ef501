"""`GET /v1/me` and `/v1/tokens`."""

from collections.abc import Iterator

from contract.operations import CREATE_TOKEN, LIST_TOKENS, ME, REVOKE_TOKEN
from contract.people import Me
from server.http.call import Call
from server.people.me import me_answer
from server.people.token_issuing import create_token, list_tokens, revoke_token
from server.platform.services import Services


def show_me(call: Call) -> Me:
    """The signed-in account, its organisation, its role and what it may do."""
    return me_answer(call)


def write_last_uses(services: Services) -> Iterator[int]:
    """The chore: write when tokens were used. Nothing has happened by it."""
    for _ in services.last_uses.write():
        yield 0


HANDLERS = {ME: show_me, LIST_TOKENS: list_tokens, CREATE_TOKEN: create_token, REVOKE_TOKEN: revoke_token}
CHORES = (write_last_uses,)
