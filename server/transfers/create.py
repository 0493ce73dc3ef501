"""`POST /v1/transfers`: ask an account to become a user."""

from typing import Any

from contract.events import EventKind
from contract.mailbox import NotAnAddressError, mailbox
from contract.problems import ProblemCode
from contract.transfers import Direction, NewTransfer, Transfer, TransferState
from server.catalogue import Catalogue
from server.domain.transfers import PENDING_FOR, RESEND_PAUSE
from server.http.call import Call
from server.http.problems import ServerProblem, no_address
from server.limits.spending import may_ask, refuse_users
from server.platform import text
from server.platform.ids import new_id
from server.platform.kept_secrets import new_link
from server.platform.transaction import Unit
from server.store import limits, subscriptions, transfers, users
from server.store.types import AnyRow
from server.transfers.event_emission import tell
from server.transfers.expiry import expire
from server.transfers.serializers import as_answer
from server.users.adding import check_plan


def create_transfer(call: Call) -> Transfer:
    """Record an outgoing request, and answer the same whether or not the address has an account (D25).

    Raises:
        ServerProblem: the plan has no sub-accounts, the subscription has ended, the address is none, is listed, is a
            member's or one's own, or has been asked already, or its coming in is above the limit of who asks.
    """
    body: NewTransfer = call.body
    check_plan(call)
    expire(call)
    check_asking(call, call.services.catalogue)
    return request_transfer(call, body.email, body.message)


def check_asking(unit: Unit, catalogue: Catalogue) -> None:
    """Refuse to ask whom the limit of who asks does not take in: an answer alone makes the account a user.

    Raises:
        ServerProblem: `spending_limit_reached`.
    """
    who = unit.actor.account_id
    if may_ask(unit, catalogue, who, 1) == 0:
        raise refuse_users(unit, catalogue, who, limits.asked_by(unit.connection, unit.subscription_id, who or "") + 1)


def request_transfer(call: Unit, address: str, message: str = "") -> Transfer:
    """The same for one of many addresses; the caller has checked the plan and ended what has run out.

    Raises:
        ServerProblem: the address is none, is listed, is a member's or one's own, or has been asked already.
    """
    try:
        box = mailbox(address)
    except NotAnAddressError as error:
        raise no_address(error) from error
    key = box.key
    account = check_ends(call, key)
    if transfers.pending_to(call.connection, call.subscription_id, [key]):
        raise ServerProblem(ProblemCode.TRANSFER_PENDING)
    link = new_link()
    values = _values(call, box.email, key, message, account) | {"link_hash": link.hash}
    transfers.add(call.connection, values)
    limits.asked(call.connection, call.organisation_id, key)
    answer = as_answer(transfers.required(call.connection, call.subscription_id, values["id"]))
    tell(call, EventKind.TRANSFER_REQUESTED, answer, link=link.secret)
    return answer.model_copy(update={"remark": box.remark})


def check_ends(unit: Unit, key: str) -> AnyRow | None:
    """Compare the two ends of a request: it goes to somebody who is neither us nor with us already (D22).

    Answers the account behind the address, if there is one.

    A member who uses another organisation's subscription has to be asked like anybody outside (D16).

    Raises:
        ServerProblem: `already_user`, `transfer_to_oneself` or `already_member`.
    """
    owner = subscriptions.get(unit.connection, unit.subscription_id).owner_account_id
    if users.listed_keys(unit.connection, unit.subscription_id, [key]):
        raise ServerProblem(ProblemCode.ALREADY_USER)
    account = users.accounts_of(unit.connection, unit.organisation_id, [key]).get(key)
    if account is None:
        return None
    if account.id == unit.actor.account_id:
        raise ServerProblem(ProblemCode.TRANSFER_TO_ONESELF, "This is your own address.")
    if account.id == owner:
        raise ServerProblem(ProblemCode.TRANSFER_TO_ONESELF, "This is the subscription's main account.")
    if account.member is not None and account.listed_on is None:
        raise ServerProblem(ProblemCode.ALREADY_MEMBER)
    return account


def _values(call: Unit, email: str, key: str, message: str, account: AnyRow | None) -> dict[str, Any]:
    """The row. What an account says of itself is copied only from our own directory: elsewhere it would tell."""
    ours = account if account is not None and account.member is not None else None
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
        "opened_by_token": call.token and call.token.token_id,
        "sent_at": call.now,
        "expires_at": call.now + PENDING_FOR,
        "resend_after": call.now + RESEND_PAUSE,
    }
