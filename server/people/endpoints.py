"""`GET /v1/me` and `/v1/tokens`."""

from contract.operations import CREATE_TOKEN, LIST_TOKENS, ME, REVOKE_TOKEN
from contract.people import Me
from server.http.call import Call
from server.people.handing_out import create_token, list_tokens, revoke_token
from server.people.me import me_answer


def show_me(call: Call) -> Me:
    """The signed-in account, its organisation, its role and what it may do."""
    return me_answer(call)


HANDLERS = {ME: show_me, LIST_TOKENS: list_tokens, CREATE_TOKEN: create_token, REVOKE_TOKEN: revoke_token}
