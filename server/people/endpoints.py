"""`GET /v1/me`."""

from contract.operations import ME
from contract.people import Me
from server.http.call import Call
from server.people.me import me_answer


def show_me(call: Call) -> Me:
    """The signed-in account, its organisation, its role and what it may do."""
    return me_answer(call.principal)


HANDLERS = {ME: show_me}
