"""`GET /v1/invoices` and one of them."""

from contract.billing import Invoice
from contract.operation import Operation
from contract.operations import GET_INVOICE, LIST_INVOICES
from contract.pages import Page, PageQuery
from server.http import cursors
from server.http.call import Call, Handler
from server.http.problems import not_found
from server.store import invoices

_SORT = "-serial"


def list_invoices(call: Call) -> Page[Invoice]:
    """A page of invoices, newest first."""
    query: PageQuery = call.query
    after = int(cursors.decode(query.cursor, _SORT, (int,))[0]) if query.cursor else None
    rows = invoices.page(
        call.connection, call.organisation_id, limit=query.limit + 1, after=after, offset=query.offset or 0
    )
    has_more, rows = len(rows) > query.limit, rows[: query.limit]
    return Page[Invoice](
        items=tuple(invoices.as_invoices(call.connection, rows)),
        next_cursor=cursors.encode(_SORT, [rows[-1].serial]) if has_more else None,
        has_more=has_more,
        total=invoices.count(call.connection, call.organisation_id) if query.count else None,
    )


def get_invoice(call: Call) -> Invoice:
    """One invoice of the caller's own organisation."""
    found = invoices.find(call.connection, call.organisation_id, call.id)
    if found is None:
        raise not_found()
    return found


HANDLERS: dict[Operation, Handler] = {LIST_INVOICES: list_invoices, GET_INVOICE: get_invoice}
