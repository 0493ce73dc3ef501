"""`POST /v1/profile/transfers`: ask an organisation to take one in. The answer never tells whether it exists (D25)."""

import re
from typing import Any

from contract.events import EventKind
from contract.mailbox import NotAnAddressError, mailbox, trimmed
from contract.problems import ProblemCode
from contract.profile import MOST_ASKS, AskToJoin, OwnTransfer
from contract.transfers import Direction, TransferState
from server.domain.transfers import PENDING_FOR, Told
from server.http.call import Call
from server.http.problems import Invalid, ServerProblem, no_address
from server.platform import text
from server.platform.ids import new_id
from server.profile.answering import transfer_answer
from server.profile.own import agreed_end, house_of, my_key, whose
from server.store import own_transfers, transfers, users
from server.store.types import AnyRow
from server.transfers.event_emission import tell
from server.transfers.expiry import expire
from server.transfers.serializers import as_answer

_MEANT_AS_ADDRESS = re.compile(r"\S+@\S+\.\S+")


def ask_to_join(call: Call) -> OwnTransfer:
    """Record the request as it was written; where it finds an organisation that can take people in, its owner is asked.

    Raises:
        ServerProblem: it is one's own, the same was asked and still waits, too much waits, or a subscription of one's
            own would end.
    """
    body: AskToJoin = call.body
    key = _key_of(body.organisation)
    found = own_transfers.owned_by(call.connection, key) if "@" in key else None
    found = found or own_transfers.of_organisation(call.connection, key)
    _check_ends(call, key, found)
    told = agreed_end(call, body.ends)
    _check_waiting(call, key)
    identity = new_id("trf")
    own_transfers.add_ask(
        call.connection,
        id=identity,
        account_id=call.principal.account_id,
        asked=trimmed(body.organisation)[0],
        asked_key=key,
        message=body.message,
        created_at=call.now,
        expires_at=call.now + PENDING_FOR,
    )
    if found is not None:
        _ask(call, found, identity, body.message, told)
    asked = own_transfers.one(call.connection, whose(call), identity)
    assert asked is not None
    return transfer_answer(asked)


def _key_of(typed: str) -> str:
    """An owner's address, or an organisation's name, as it is compared.

    Raises:
        ServerProblem: it is empty, or was meant as an address and is none, whoever there is.
    """
    try:
        return mailbox(typed).key
    except NotAnAddressError as error:
        if _MEANT_AS_ADDRESS.fullmatch(trimmed(typed)[0]):
            raise no_address(error, "/organisation") from error
    key = text.fold(typed)
    if not key:
        raise Invalid(("/organisation", "empty", "Give the owner's e-mail, or the organisation's exact name."))
    return key


def _check_ends(call: Call, key: str, found: AnyRow | None) -> None:
    """Compare the two ends: nobody asks themselves, their own subscription, or the one they use (D22).

    What it tells the account knows of itself.

    Raises:
        ServerProblem: `transfer_to_oneself` or `already_user`.
    """
    account = call.principal.account_id
    if found is not None and found.owner_account_id == account:
        detail = "This is your own subscription: take a seat of it in Users, with o, or headcount seats own on."
        raise ServerProblem(ProblemCode.TRANSFER_TO_ONESELF, detail)
    if key == my_key(call):
        detail = "This is your own address: give that of the organisation's owner, or the organisation's exact name."
        raise ServerProblem(ProblemCode.TRANSFER_TO_ONESELF, detail)
    if found is not None and users.of_account(call.connection, found.id, account):
        raise ServerProblem(ProblemCode.ALREADY_USER, "You are already a user of this subscription.")


def _check_waiting(call: Call, key: str) -> None:
    pending = own_transfers.pending_asks(call.connection, whose(call))
    if key in pending:
        raise ServerProblem(
            ProblemCode.TRANSFER_PENDING, "You have already asked there: wait, or withdraw that request."
        )
    if len(pending) >= MOST_ASKS:
        wait = int((min(pending.values()) - call.now).total_seconds()) + 1
        said = f"{MOST_ASKS} of your requests are pending: withdraw one first."
        raise ServerProblem(ProblemCode.RATE_LIMITED, said, retry_after=wait)


def _ask(call: Call, subscription: AnyRow, identity: str, message: str, told: Told) -> None:
    """Put the request before the owner, unless it could not be agreed to anyway: of that nothing is told."""
    house = house_of(call, subscription.organisation_id, subscription.id)
    key = my_key(call)
    expire(house)
    takes = call.services.catalogue.offer(subscription.plan).sub_accounts
    if not takes or transfers.pending_to(call.connection, subscription.id, [key]):
        return
    transfers.add(call.connection, _values(house, identity, key, message=message, told=told))
    answer = as_answer(transfers.required(call.connection, subscription.id, identity))
    tell(house, EventKind.TRANSFER_REQUESTED, answer)
    house.record()


def _values(house: Call, identity: str, key: str, *, message: str, told: Told) -> dict[str, Any]:
    me = house.principal
    return {
        "id": identity,
        "organisation_id": house.organisation_id,
        "subscription_id": house.subscription_id,
        "direction": Direction.INCOMING.value,
        "state": TransferState.PENDING.value,
        "account_id": me.account_id,
        "email": me.email,
        "email_key": key,
        "first_name": me.first_name,
        "last_name": me.last_name,
        "position": me.position,
        "name_key": text.name_key(me.first_name, me.last_name, me.email),
        "search_key": text.search_key(me.first_name, me.last_name, me.email, me.position),
        "message": message,
        "gives_up": told.gives_up,
        "ends": " ".join(sorted(told.ends or ())),
        "created_at": house.now,
        "opened_by_account": me.account_id,
        "sent_at": house.now,
        "expires_at": house.now + PENDING_FOR,
    }
