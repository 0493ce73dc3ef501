"""`/v1/tokens`: what the owner hands out to members, and takes back at once.

Nobody becomes somebody else: a token is handed out only for an account that the organisation made and whose person has
never signed in. Whoever signs in by themselves makes more tokens for themselves; they are their own sign-in, too.
"""

import datetime as dt
from functools import partial

from contract.events import EventKind
from contract.mailbox import NotAnAddressError, mailbox
from contract.pages import Page, PageQuery
from contract.problems import ProblemCode
from contract.tokens import HandedOut, NewToken, Token
from server.http.call import Call, Reply
from server.http.paging import newest
from server.http.problems import Invalid, ServerProblem, no_address, not_found
from server.http.tokens import make_token
from server.limits.amounts import limit_given, refuse_bound
from server.people.serializers import token_answer, token_object
from server.store import organisations, tokens
from server.store.types import AnyRow

SORT = "tokens.newest"
_OWN_TOKENS = "only that sign-in creates tokens for this account."


def list_tokens(call: Call) -> Page[Token]:
    """A page of the organisation's tokens, without secrets."""
    query: PageQuery = call.query
    page = newest(query, SORT, partial(tokens.page, call.connection, call.organisation_id))
    return Page(
        items=tuple(_answer(call, row) for row in page.rows),
        next_cursor=page.next_cursor,
        has_more=page.next_cursor is not None,
        total=tokens.total(call.connection, call.organisation_id) if query.count else None,
    )


def create_token(call: Call) -> Reply:
    """Make a token for a member; the secret is in this answer and nowhere else.

    Raises:
        ServerProblem: it is no address, nobody of this organisation has it, the end is not in the future, or the
            account is its person's alone.
    """
    body: NewToken = call.body
    if body.expires_at is not None and body.expires_at <= call.now:
        raise Invalid(("/expires_at", "in_the_past", "Give a time in the future."))
    limit = _limit(call, body)
    account_id = _member(call, body.email)
    made_by = _made_by(call, account_id)
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
        made_by=made_by,
        spending_limit=limit,
    )
    answer = _answer(call, _required(call, made.id))
    call.emit(EventKind.TOKEN_CREATED, token_object(answer))
    kept = HandedOut(**answer.model_dump(), token="")
    return Reply(kept.model_copy(update={"token": made.token}), kept=kept)


def revoke_token(call: Call) -> Token:
    """From now on the token is refused, on open streams too: the event about it wakes them. Twice is no harm."""
    before = _answer(call, _required(call, call.id))
    if before.revoked_at is not None:
        return before
    tokens.revoke(call.connection, call.id, call.now)
    answer = _answer(call, _required(call, call.id))
    call.emit(EventKind.TOKEN_REVOKED, token_object(answer), {"state": before.state.value})
    return answer


def _limit(call: Call, body: NewToken) -> int | None:
    """The new token's own limit, in minor units.

    Raises:
        ServerProblem: it is in another currency; or the token that asks has a limit, which must not be got round.
    """
    refuse_bound(call, "makes no others")
    return None if body.spending_limit is None else limit_given(call, body.spending_limit)


def _member(call: Call, address: str) -> str:
    """The account of a member with this address; whoever is not in the directory is not known here.

    Raises:
        ServerProblem: `invalid_email` or `not_found`.
    """
    try:
        key = mailbox(address).key
    except NotAnAddressError as error:
        raise no_address(error) from error
    found = organisations.member_by_email(call.connection, call.organisation_id, key)
    if found is None:
        raise ServerProblem(not_found().code, "Nobody in your organisation has this address.")
    return str(found)


def _made_by(call: Call, account_id: str) -> str | None:
    """Who counts as the maker of a token for this account; nobody when it is made by its person's own sign-in.

    Raises:
        ServerProblem: `own_sign_in_needed`: it is somebody else's, and not the organisation's to hand out for.
    """
    me = call.principal
    if account_id == me.account_id:
        return me.made_by
    account = organisations.account(call.connection, account_id)
    assert account is not None
    if not organisations.is_theirs(account, call.organisation_id):
        raise ServerProblem(ProblemCode.OWN_SIGN_IN_NEEDED, f"{account.email} {_why(account)}: {_OWN_TOKENS}")
    return me.account_id


def _why(account: AnyRow) -> str:
    return "has its own sign-in" if account.signed_in_at is not None else "was not made by your organisation"


def _required(call: Call, token_id: str) -> AnyRow:
    row = tokens.one(call.connection, call.organisation_id, token_id)
    if row is None:
        raise not_found()
    return row


def _answer(call: Call, row: AnyRow) -> Token:
    used = call.services.last_uses.last(row.id, row.last_used_at)
    return token_answer(row, call.now, used, currency=call.principal.currency)
