"""Reading codes, and who came in with one."""

from contract.codes import CodeUse, InvitationCode
from contract.pages import Page
from server.codes.answers import as_answer, required, use_answer
from server.http.call import Call
from server.store import codes


def list_codes(call: Call) -> Page[InvitationCode]:
    """A page of this subscription's codes."""
    rows, cursor, total = codes.page(call.connection, call.subscription_id, call.query, call.now)
    items = tuple(as_answer(row, call) for row in rows)
    return Page[InvitationCode](items=items, next_cursor=cursor, has_more=cursor is not None, total=total)


def get_code(call: Call) -> InvitationCode:
    """One code."""
    return as_answer(required(call), call)


def list_uses(call: Call) -> Page[CodeUse]:
    """A page of who came in with a code, the last first."""
    rows, cursor, total = codes.uses(call.connection, required(call).id, call.query)
    items = tuple(use_answer(row) for row in rows)
    return Page[CodeUse](items=items, next_cursor=cursor, has_more=cursor is not None, total=total)
