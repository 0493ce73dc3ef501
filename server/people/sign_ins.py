"""`/v1/profile/sign-ins`: where an account is signed in by itself, and signing out there."""

from collections.abc import Sequence

from contract.pages import Page, PageQuery
from contract.sign_ins import SignIn, SignInKind
from contract.tokens import EndedBecause
from server.http.call import Call
from server.http.paging import newest
from server.http.problems import not_found
from server.people.own_sign_in import end_token
from server.profile.own import house_of
from server.store import tokens
from server.store.types import AnyRow

SORT = "sign_ins.newest"


def list_sign_ins(call: Call) -> Page[SignIn]:
    """A page of the browsers and terminals whose sign-in is in force."""
    query: PageQuery = call.query
    account = call.principal.account_id

    def read(limit: int, offset: int, before: tuple[int, str] | None) -> Sequence[AnyRow]:
        return tokens.own(call.connection, account, call.now, limit=limit, offset=offset, before=before)

    page = newest(query, SORT, read)
    return Page(
        items=tuple(_answer(call, row) for row in page.rows),
        next_cursor=page.next_cursor,
        has_more=page.next_cursor is not None,
        total=tokens.count_own(call.connection, account, call.now) if query.count else None,
    )


def end_sign_in(call: Call) -> SignIn:
    """From now on it is refused, on open streams too. The organisation that a token acted in has an event of it.

    Raises:
        ServerProblem: `not_found`: it is somebody else's, has ended, or never was.
    """
    row = tokens.own_one(call.connection, call.principal.account_id, call.id, call.now)
    if row is None:
        raise not_found()
    if row.organisation_id is None:
        tokens.revoke(call.connection, row.id, call.now)
    else:
        house = house_of(call, row.organisation_id, "")
        end_token(house, row.id, EndedBecause.SIGNED_OUT)
        house.record()
    return _answer(call, row)


def _answer(call: Call, row: AnyRow) -> SignIn:
    return SignIn(
        id=row.id,
        kind=SignInKind(row.kind),
        label=row.label,
        organisation=row.organisation or "",
        read_only=bool(row.read_only),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=call.services.last_uses.last(row.id, row.last_used_at),
        current=row.id == call.principal.token_id,
    )
