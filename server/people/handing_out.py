"""`/v1/tokens`: what the owner hands out to members, and takes back at once."""

import datetime as dt

from contract.events import EventKind, EventObject
from contract.pages import Page, PageQuery
from contract.people import Role
from contract.tokens import HandedOut, NewToken, Token, TokenState
from server.http import cursors
from server.http.call import Call, Reply
from server.http.problems import Invalid, ServerProblem, not_found
from server.http.tokens import make_token
from server.store import organisations, tokens
from server.store.types import AnyRow, to_microseconds
from server.text import email_key

SORT = "tokens.newest"


def list_tokens(call: Call) -> Page[Token]:
    """A page of the organisation's tokens, without secrets."""
    query: PageQuery = call.query
    before = _edge(query.cursor) if query.cursor else None
    rows = tokens.page(call.connection, call.organisation_id, query.limit + 1, query.offset or 0, before)
    more, shown = len(rows) > query.limit, rows[: query.limit]
    last = shown[-1] if shown else None
    return Page(
        items=tuple(_answer(call, row) for row in shown),
        next_cursor=cursors.encode(SORT, [to_microseconds(last.created_at), last.id]) if more and last else None,
        has_more=more,
        total=tokens.total(call.connection, call.organisation_id) if query.count else None,
    )


def create_token(call: Call) -> Reply:
    """Make a token for a member; the secret is in this answer and nowhere else.

    Raises:
        ServerProblem: nobody of this organisation has that address, or the end is not in the future.
    """
    body: NewToken = call.body
    if body.expires_at is not None and body.expires_at <= call.now:
        raise Invalid(("/expires_at", "in_the_past", "Give a time in the future."))
    account_id = _member(call, body.email)
    made = make_token()
    tokens.add(
        call.connection,
        token_id=made.id,
        secret_hash=made.secret_hash,
        organisation_id=call.organisation_id,
        account_id=account_id,
        label=body.label.strip(),
        now=call.now,
        expires_at=body.expires_at.astimezone(dt.UTC) if body.expires_at else None,
    )
    answer = _answer(call, _required(call, made.id))
    call.emit(EventKind.TOKEN_CREATED, _subject(answer))
    kept = HandedOut(**answer.model_dump(), token="")
    return Reply(kept.model_copy(update={"token": made.token}), kept=kept)


def revoke_token(call: Call) -> Token:
    """From now on the token is refused, on open streams too: the event about it wakes them. Twice is no harm."""
    before = _answer(call, _required(call, call.id))
    if before.state is TokenState.REVOKED:
        return before
    tokens.revoke(call.connection, call.id, call.now)
    answer = _answer(call, _required(call, call.id))
    call.emit(EventKind.TOKEN_REVOKED, _subject(answer), {"state": before.state.value})
    return answer


def _member(call: Call, address: str) -> str:
    """The account of a member with this address; whoever is not in the directory is not known here."""
    key = email_key(address.strip())
    found = organisations.member_by_email(call.connection, call.organisation_id, key) if key else None
    if found is None:
        raise ServerProblem(not_found().code, "Nobody of your organisation has this address.")
    return str(found)


def _required(call: Call, token_id: str) -> AnyRow:
    row = tokens.one(call.connection, call.organisation_id, token_id)
    if row is None:
        raise not_found()
    return row


def _edge(cursor: str) -> tuple[int, str]:
    moment, token_id = cursors.decode(cursor, SORT, [int, str])
    return int(moment), str(token_id)


def _answer(call: Call, row: AnyRow) -> Token:
    state = TokenState.ACTIVE
    if row.revoked_at is not None:
        state = TokenState.REVOKED
    elif row.expires_at is not None and row.expires_at <= call.now:
        state = TokenState.EXPIRED
    return Token(
        id=row.id,
        state=state,
        account_id=row.account_id,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        role=Role(row.role),
        label=row.label,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=call.services.last_uses.last(row.id, row.last_used_at),
        revoked_at=row.revoked_at,
    )


def _subject(token: Token) -> EventObject:
    label = f"{token.label} for {token.email}" if token.label else f"for {token.email}"
    attributes = {"email": token.email, "role": token.role.value, "state": token.state.value}
    return EventObject(type="token", id=token.id, label=label, attributes=attributes)
