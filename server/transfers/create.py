"""`POST /v1/transfers`: ask an account to become a user."""

from typing import Any

from sqlalchemy import select

from contract.events import EventKind
from contract.problems import ProblemCode
from contract.transfers import Direction, NewTransfer, Transfer, TransferState
from server import text
from server.domain.transfers import PENDING_FOR, RESEND_PAUSE
from server.http.call import Call
from server.http.problems import Invalid, ServerProblem
from server.ids import new_id
from server.store import transfers
from server.store.tables import LIVING, accounts, members, users
from server.transfers.answers import as_answer
from server.transfers.expiry import expire
from server.transfers.links import new_link
from server.transfers.telling import tell
from server.users.adding import check_plan


def create_transfer(call: Call) -> Transfer:
    """Record an outgoing request, and answer the same whether or not the address has an account (D25).

    Raises:
        ServerProblem: the plan has no sub-accounts, the subscription has ended, the address is none, is listed, or has
            been asked already.
    """
    body: NewTransfer = call.body
    check_plan(call)
    expire(call)
    return request_transfer(call, body.email, body.message)


def request_transfer(call: Call, address: str, message: str = "") -> Transfer:
    """The same for one of many addresses; the caller has checked the plan and ended what has run out.

    Raises:
        ServerProblem: the address is none, is listed, or has been asked already.
    """
    email = address.strip()
    key = text.email_key(email)
    if key is None:
        raise Invalid(("/email", "invalid_email", "This is not an e-mail address."), code=ProblemCode.INVALID_EMAIL)
    _check_address(call, key)
    link = new_link()
    values = _values(call, email, key, message) | {"link_hash": link.hash}
    transfers.add(call.connection, values)
    answer = as_answer(transfers.required(call.connection, call.subscription_id, values["id"]))
    tell(call, EventKind.TRANSFER_REQUESTED, answer, link=link.secret)
    return answer


def _check_address(call: Call, key: str) -> None:
    listed = select(users.c.id).where(users.c.subscription_id == call.subscription_id, users.c.email_key == key, LIVING)
    if call.connection.execute(listed).first():
        raise ServerProblem(ProblemCode.ALREADY_USER)
    if transfers.pending_to(call.connection, call.subscription_id, [key]):
        raise ServerProblem(ProblemCode.TRANSFER_PENDING)


def _values(call: Call, email: str, key: str, message: str) -> dict[str, Any]:
    """The row. What an account says of itself is copied only from our own directory: elsewhere it would tell."""
    account = call.connection.execute(
        select(accounts, members.c.role)
        .outerjoin(
            members, (members.c.account_id == accounts.c.id) & (members.c.organisation_id == call.organisation_id)
        )
        .where(accounts.c.email_key == key)
    ).first()
    ours = account if account is not None and account.role is not None else None
    first, last, position = (ours.first_name, ours.last_name, ours.position) if ours else ("", "", "")
    return {
        "id": new_id("trf"),
        "organisation_id": call.organisation_id,
        "subscription_id": call.subscription_id,
        "direction": Direction.OUTGOING.value,
        "state": TransferState.PENDING.value,
        "account_id": account.id if account else None,
        "email": email,
        "email_key": key,
        "first_name": first,
        "last_name": last,
        "position": position,
        "name_key": text.name_key(first, last, email),
        "search_key": text.search_key(first, last, email, position),
        "message": message,
        "created_at": call.now,
        "opened_by_account": call.actor.account_id,
        "sent_at": call.now,
        "expires_at": call.now + PENDING_FOR,
        "resend_after": call.now + RESEND_PAUSE,
    }
