"""Carrying decisions out: one set of statements for one request or for ten thousand (D24, D26)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contract.events import EventKind
from contract.subscription import PlanKind, SubscriptionStatus
from contract.transfers import Transfer, TransferState
from contract.users import User, UserSource
from server.domain.transfers import Action, Applicant, Asked, House, Request, Verdict, decide
from server.http.call import Call
from server.store import decisions, subscriptions, transfers
from server.store.types import AnyRow
from server.transfers.answers import as_answer, as_request
from server.transfers.ending import end_own
from server.transfers.telling import tell
from server.users.adding import contract_limit
from server.users.seating import Listing, list_users

_STATE = {Action.ACCEPT: TransferState.ACCEPTED, Action.DECLINE: TransferState.DECLINED}
_KIND = {Action.ACCEPT: EventKind.TRANSFER_ACCEPTED, Action.DECLINE: EventKind.TRANSFER_DECLINED}
_COLUMNS = ("state", "decided_at", "decided_by", "decided_by_account", "reason", "user_id", "link_hash", "gives_up")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one decision did. `transfer` is as it is afterwards; None when there is no such request here.

    `ended` is how the account's own subscription can be brought back.
    """

    verdict: Verdict
    transfer: Transfer | None
    user: User | None = None
    ended: dict[str, Any] | None = None


def carry_out(
    call: Call, asked: Sequence[Asked], reason: str = "", gives_up: Mapping[str, str] | None = None
) -> list[Outcome]:
    """Do what can be done of this; one outcome for each, in order.

    `gives_up` has what people who decide for themselves were told they give up, by request.
    """
    rows = transfers.many(call.connection, call.subscription_id, [each.id for each in asked])
    told = {key: (gives_up or {}).get(key) or row.gives_up for key, row in rows.items()}
    requests = {key: replace(as_request(row), gives_up=bool(told[key])) for key, row in rows.items()}
    people, own = _behind(call, asked, requests)
    applicants = {key: _applicant(person, own.get(key)) for key, person in people.items()}
    verdicts = decide(asked, requests, _house(call), applicants, call.now)
    coming = [each.request.account_id or "" for each in verdicts if each.accepted and each.request]
    ended = {key: end_own(call, own[key]) for key in coming if key in own}
    users = _list(call, [people[key] for key in coming])
    return _write(call, verdicts, rows, reason=reason, told=told, users=users, ended=ended)


def _behind(
    call: Call, asked: Sequence[Asked], requests: dict[str, Request]
) -> tuple[dict[str, AnyRow], dict[str, AnyRow]]:
    """The accounts behind the requests to be accepted, and the paid subscriptions of their own."""
    wanted = [requests[each.id] for each in asked if each.action is Action.ACCEPT and each.id in requests]
    ids = [request.account_id for request in wanted if request.account_id]
    paid = [offer.id for offer in call.services.catalogue.offers.values() if offer.kind is PlanKind.PAID]
    people = decisions.applicants(call.connection, ids)
    return people, decisions.own_subscriptions(call.connection, ids, paid, but=call.subscription_id)


def _applicant(person: AnyRow, own: AnyRow | None) -> Applicant:
    if own is None:
        return Applicant(person.listed_on)
    return Applicant(person.listed_on, own.id, paying=own.pending_payment_id is not None)


def _house(call: Call) -> House:
    row = subscriptions.get(call.connection, call.subscription_id)
    ended = row.status == SubscriptionStatus.ENDED.value
    return House(row.id, call.services.catalogue.offer(row.plan).sub_accounts, contract_limit(call), ended)


def _list(call: Call, people: Sequence[AnyRow]) -> dict[str, User]:
    listings = [
        Listing(
            account_id=person.id,
            email=person.email,
            email_key=person.email_key,
            first_name=person.first_name,
            last_name=person.last_name,
            position=person.position,
            source=UserSource.TRANSFER,
        )
        for person in people
    ]
    return {user.account_id: user for user in list_users(call, listings)} if listings else {}


def _write(
    call: Call,
    verdicts: Sequence[Verdict],
    rows: dict[str, AnyRow],
    *,
    reason: str,
    told: dict[str, str],
    users: dict[str, User],
    ended: dict[str, dict[str, Any]],
) -> list[Outcome]:
    changed: list[dict[str, Any]] = []
    outcomes: list[Outcome] = []
    for verdict in verdicts:
        request, action = verdict.request, verdict.asked.action
        row = rows.get(verdict.asked.id)
        if row is None or request is None or verdict.refusal is not None:
            outcomes.append(Outcome(verdict, as_answer(row) if row is not None else None))
            continue
        accepted = action is Action.ACCEPT
        user = users[request.account_id or ""] if accepted else None
        values = {
            "state": _STATE[action].value,
            "decided_at": call.now,
            "decided_by": call.actor.label,
            "decided_by_account": call.actor.account_id,
            "reason": "" if accepted else reason,
            "user_id": user.id if user else None,
            "link_hash": None,
            "gives_up": told[row.id],
        }
        changed.append({"number": row.number, **values})
        transfer = as_answer(row, **values)
        outcomes.append(Outcome(verdict, transfer, user, ended.get(request.account_id or "") if user else None))
        _tell(call, _KIND[action], transfer, user)
    transfers.change(call.connection, changed, *_COLUMNS)
    return outcomes


def _tell(call: Call, kind: EventKind, transfer: Transfer, user: User | None) -> None:
    more: dict[str, Any] = {"reason": transfer.reason} if transfer.reason else {}
    if user:
        more |= {"user_id": user.id, "user_status": user.status.value}
    if user and transfer.gives_up:
        more["gives_up"] = transfer.gives_up
    tell(call, kind, transfer, {"state": TransferState.PENDING.value}, **more)
