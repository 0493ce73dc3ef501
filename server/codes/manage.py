"""An organisation's invitation codes: read, made as chosen or so that nobody guesses them, changed and deleted."""

import datetime as dt
import secrets
import unicodedata
from typing import Any

from contract.codes import CodeChanges, CodeSort, CodesQuery, CodeUse, InvitationCode, NewCode
from contract.events import EventKind
from contract.pages import Page, PageQuery
from contract.problems import ProblemCode
from contract.subscription import PlanKind, SubscriptionStatus
from server.codes import guesses
from server.codes.serializers import as_answer, required, subject, use_answer
from server.domain.codes import ALPHABET, GROUP, GROUPS, SHORTEST, grouped
from server.http import cursors
from server.http.call import Call
from server.http.masking import sees_codes, shown_code
from server.http.problems import Invalid, ServerProblem
from server.platform.ids import new_id
from server.platform.text import code_key
from server.store import codes, subscriptions
from server.users.adding import check_plan
from server.users.seat_assignment import seats_in
from server.users.serializers import seated_now

_LAST_FIRST = "-number"
SEPARATORS = " -_."
_TAKEN = "This code already exists: choose another, or leave it empty to generate one."


def create_code(call: Call) -> InvitationCode:
    """Make a code.

    Raises:
        ServerProblem: the plan has no sub-accounts, the subscription has ended, the code is taken or too easily found,
            or its end is in the past.
    """
    body: NewCode = call.body
    check_plan(call)
    check_end(call, body.expires_at)
    code = _chosen(call, body.code) if body.code.strip() else generated()
    identity = new_id("inc")
    values = {
        "id": identity,
        "organisation_id": call.organisation_id,
        "subscription_id": call.subscription_id,
        "code": code,
        "code_key": code_key(code),
        "max_uses": body.max_uses,
        "expires_at": body.expires_at,
        "created_by": call.principal.account_id,
        "vouched_by": call.principal.account_id,
        "vouched_token": call.token and call.token.token_id,
        "created_at": call.now,
    }
    codes.add(call.connection, values)
    row = codes.one(call.connection, call.subscription_id, identity)
    assert row is not None
    answer = as_answer(row, call)
    call.emit(EventKind.CODE_CREATED, subject(answer))
    return answer.model_copy(update={"remark": _why_nobody(call)})


def _why_nobody(call: Call) -> str:
    """Why a code lets nobody in as things stand, so that nobody hands one out that can't be used; else nothing."""
    row = subscriptions.get(call.connection, call.subscription_id)
    offer = call.services.catalogue.offer(row.plan)
    if row.status == SubscriptionStatus.SUSPENDED.value:
        return "Nobody can join with it until the overdue amount is paid: the subscription is suspended."
    if seats_in(row).free > 0:
        return ""
    if offer.kind is PlanKind.CONTRACT:
        return "Nobody can join with it now: the contract's user limit has been reached."
    if offer.seats_follow_users:
        add = "add people by hand or by a file instead, they are NOT PAID until the renewal or until paid for"
        return f"It can't be used now: on {offer.name} every user is a seat, so that none is free; {add}."
    return "Nobody can join with it until a paid seat is free: none is now."


def generated() -> str:
    """A code of random letters, grouped for reading."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP)))


def check_end(call: Call, expires_at: dt.datetime | None) -> None:
    """Refuse an end that is over already.

    Raises:
        Invalid: with the field.
    """
    if expires_at is not None and expires_at <= call.now:
        raise Invalid(("/expires_at", "in_the_past", "Choose a time in the future."))


def _chosen(call: Call, typed: str) -> str:
    """A code that was chosen, as it is shown from now on. One that is somebody else's is a guess that was right."""
    code = " ".join(unicodedata.normalize("NFC", typed).split())
    if not all(char.isalnum() or char in SEPARATORS for char in code):
        raise Invalid(("/code", "not_readable", "Only letters, digits, spaces, dashes, dots and underscores."))
    key = code_key(code)
    if len(key) < SHORTEST:
        raise Invalid(
            ("/code", "too_short", f"At least {SHORTEST} letters or digits: shorter codes are easy to guess.")
        )
    guesses.check(call)
    taken = codes.by_key(call.connection, key)
    if taken is None:
        return code
    if taken.organisation_id == call.organisation_id:
        raise ServerProblem(ProblemCode.CODE_TAKEN, _TAKEN)
    raise guesses.wrong(call, ProblemCode.CODE_TAKEN, _TAKEN)


def change_code(call: Call) -> InvitationCode:
    """Change what was given; what is absent, or the same as before, stays.

    Raises:
        ServerProblem: there is no such code, it has changed since it was read, or its new end is in the past.
    """
    row = required(call)
    before = as_answer(row, call)
    call.expect(row.version, before)
    changed = {name: value for name, value in _given(call.body).items() if value != getattr(before, name)}
    if not changed:
        return before
    check_end(call, changed.get("expires_at"))
    codes.change(
        call.connection,
        row.id,
        **changed,
        **(_vouching(call) if _wider(before, changed) else {}),
    )
    after = as_answer(required(call), call)
    told = {name: _plain(getattr(after, name)) for name in changed}
    call.emit(EventKind.CODE_CHANGED, subject(after, **told), {name: _plain(getattr(before, name)) for name in changed})
    return after


def delete_code(call: Call) -> InvitationCode:
    """Delete a code, and answer it as it was; who came in with it stays a user.

    Raises:
        ServerProblem: there is no such code, or it has changed since it was read.
    """
    row = required(call)
    answer = as_answer(row, call)
    call.expect(row.version, answer)
    codes.remove(call.connection, row.id)
    call.emit(EventKind.CODE_DELETED, subject(answer))
    return answer


def _wider(before: InvitationCode, changed: dict[str, Any]) -> bool:
    """Whether more people can come in with it than before: whoever says so answers for what they cost."""
    most, end = changed.get("max_uses", before.max_uses), changed.get("expires_at", before.expires_at)
    more = before.max_uses is not None and (most is None or most > before.max_uses)
    longer = before.expires_at is not None and (end is None or end > before.expires_at)
    return bool(changed.get("enabled")) or more or longer


def _given(body: CodeChanges) -> dict[str, Any]:
    given: dict[str, Any] = body.model_dump(include={"enabled", "max_uses", "expires_at"}, exclude_none=True)
    if body.unlimited:
        given["max_uses"] = None
    if body.never_expires:
        given["expires_at"] = None
    return given


def _plain(value: Any) -> Any:
    """As an event keeps it."""
    return value if value is None or isinstance(value, bool | int) else value.isoformat()


_BY_CODE = frozenset({CodeSort.CODE, CodeSort.CODE_DESCENDING})


def list_codes(call: Call) -> Page[InvitationCode]:
    """A page of this subscription's codes; who is not shown them finds and sorts none by their letters either."""
    role = call.principal.role
    query: CodesQuery = call.query
    if not sees_codes(role) and query.sort in _BY_CODE:
        query = query.model_copy(update={"sort": CodeSort.CREATED_AT_DESCENDING})
    sort, see = query.sort.value, sees_codes(role)
    edge = cursors.decode(query.cursor, sort, codes.edge_types(query.sort)) if query.cursor else None
    rows, last, total = codes.page(call.connection, call.subscription_id, query, edge, call.now, by_code=see)
    items = tuple(shown_code(as_answer(row, call), role) for row in rows)
    cursor = cursors.encode(sort, last) if last else None
    return Page[InvitationCode](items=items, next_cursor=cursor, has_more=cursor is not None, total=total)


def get_code(call: Call) -> InvitationCode:
    """One code."""
    return shown_code(as_answer(required(call), call), call.principal.role)


def list_uses(call: Call) -> Page[CodeUse]:
    """A page of users who joined with a code, newest first."""
    query: PageQuery = call.query
    before = int(cursors.decode(query.cursor, _LAST_FIRST, [int])[0]) if query.cursor else None
    rows, last, total = codes.uses(call.connection, required(call).id, query, before)
    seated = seated_now(call)
    items = tuple(use_answer(row, seated) for row in rows)
    cursor = cursors.encode(_LAST_FIRST, [last]) if last is not None else None
    return Page[CodeUse](items=items, next_cursor=cursor, has_more=cursor is not None, total=total)


def _vouching(call: Call) -> dict[str, str | None]:
    """Who answers from now on for what a code's uses cost."""
    return {"vouched_by": call.principal.account_id, "vouched_token": call.token and call.token.token_id}
