"""Reading codes, and who came in with one."""

from contract.codes import CodeSort, CodesQuery, CodeUse, InvitationCode
from contract.pages import Page
from server.codes.serializers import as_answer, required, use_answer
from server.http.call import Call
from server.http.masking import sees_codes, shown_code
from server.store import codes

_BY_CODE = frozenset({CodeSort.CODE, CodeSort.CODE_DESCENDING})


def list_codes(call: Call) -> Page[InvitationCode]:
    """A page of this subscription's codes; who is not shown them finds and sorts none by their letters either."""
    role = call.principal.role
    query: CodesQuery = call.query
    if not sees_codes(role) and query.sort in _BY_CODE:
        query = query.model_copy(update={"sort": CodeSort.CREATED_AT_DESCENDING})
    found = codes.page(call.connection, call.subscription_id, query, call.now, by_code=sees_codes(role))
    rows, cursor, total = found
    items = tuple(shown_code(as_answer(row, call), role) for row in rows)
    return Page[InvitationCode](items=items, next_cursor=cursor, has_more=cursor is not None, total=total)


def get_code(call: Call) -> InvitationCode:
    """One code."""
    return shown_code(as_answer(required(call), call), call.principal.role)


def list_uses(call: Call) -> Page[CodeUse]:
    """A page of who came in with a code, the last first."""
    rows, cursor, total = codes.uses(call.connection, required(call).id, call.query)
    items = tuple(use_answer(row) for row in rows)
    return Page[CodeUse](items=items, next_cursor=cursor, has_more=cursor is not None, total=total)
