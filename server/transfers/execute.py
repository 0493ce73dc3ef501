"""Carrying decisions out: one set of statements for one request or for ten thousand (D24, D26).

Whoever comes in is in the organisation's directory from then on, as with every other way in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from contract.events import EventKind
from contract.subscription import PlanKind, SubscriptionStatus
from contract.transfers import Transfer, TransferState
from contract.users import User, UserSource
from server.domain.errors import Refusal
from server.domain.transfers import Action, Applicant, Asked, House, Party, Request, Verdict, decide
from server.http.call import Call
from server.limits.spending import may_list, refuse_users
from server.store import decisions, organisations, subscriptions, transfers
from server.store.types import AnyRow
from server.transfers.event_emission import tell
from server.transfers.serializers import as_answer, as_request, ends_of
from server.transfers.superseded_subscriptions import end_own
from server.users.adding import contract_limit
from server.users.seat_assignment import Listing, list_users

_STATE = {Action.ACCEPT: TransferState.ACCEPTED, Action.DECLINE: TransferState.DECLINED}
_KIND = {Action.ACCEPT: EventKind.TRANSFER_ACCEPTED, Action.DECLINE: EventKind.TRANSFER_DECLINED}
_COLUMNS = ("state", "decided_at", "decided_by", "decided_by_account", "reason", "user_id", "gives_up", "ends")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one decision did. `transfer` is as it is afterwards; None when there is no such request here.

    `ended` is how the account's own subscriptions can be brought back; `joined`: it is in the directory only since.
    """

    verdict: Verdict
    transfer: Transfer | None
    user: User | None = None
    ended: Sequence[dict[str, Any]] = ()
    joined: bool = False


class Told(NamedTuple):
    """What an account gives up, as both sides were told: in words, and by ids (see `Request.ends`)."""

    gives_up: str = ""
    ends: frozenset[str] | None = frozenset()


@dataclass(frozen=True, slots=True)
class _Arrivals:
    """What the acceptances of a batch have done, by account."""

    users: dict[str, User]
    ended: dict[str, list[dict[str, Any]]]
    joined: set[str]


def carry_out(
    call: Call, asked: Sequence[Asked], reason: str = "", given_up: Mapping[str, Told] | None = None
) -> list[Outcome]:
    """Do what can be done of this; one outcome for each, in order.

    `given_up` has what people who decide for themselves were told they give up, by request.
    """
    rows = transfers.many(call.connection, call.subscription_id, [each.id for each in asked])
    told = {key: Told(row.gives_up, ends_of(row)) for key, row in rows.items()} | dict(given_up or {})
    requests = {key: replace(as_request(row), ends=told[key].ends) for key, row in rows.items()}
    people, own = _behind(call, asked, requests)
    applicants = {key: _applicant(person, own.get(key, [])) for key, person in people.items()}
    verdicts = decide(asked, requests, _house(call, asked, requests), applicants, call.now)
    coming = [each.request.account_id or "" for each in verdicts if each.accepted and each.request]
    ended = {key: [end_own(call, row) for row in own[key]] for key in coming if key in own}
    joined = organisations.join(call.connection, call.organisation_id, coming, call.now)
    users = _list(call, [people[key] for key in coming])
    return _write(call, verdicts, rows, reason=reason, told=told, arrivals=_Arrivals(users, ended, joined))


def _behind(
    call: Call, asked: Sequence[Asked], requests: dict[str, Request]
) -> tuple[dict[str, AnyRow], dict[str, list[AnyRow]]]:
    """The accounts behind the requests to be accepted, and the paid subscriptions of their own."""
    wanted = [requests[each.id] for each in asked if each.action is Action.ACCEPT and each.id in requests]
    ids = [request.account_id for request in wanted if request.account_id]
    paid = [offer.id for offer in call.services.catalogue.offers.values() if offer.kind is PlanKind.PAID]
    people = decisions.applicants(call.connection, ids)
    return people, decisions.own_subscriptions(call.connection, ids, paid, but=call.subscription_id)


def _applicant(person: AnyRow, own: Sequence[AnyRow]) -> Applicant:
    paying = any(row.pending_payment_id is not None for row in own)
    return Applicant(person.listed_on, frozenset(row.id for row in own), paying=paying)


def answerable(call: Call, asked: Sequence[Asked], requests: Mapping[str, Request]) -> str | None:
    """Whose limit counts what these cost: who decides for the house, or who asked the account that accepts."""
    if all(each.party is Party.HOUSE for each in asked):
        return call.principal.account_id
    found = [requests[each.id].opened_by for each in asked if each.id in requests]
    return found[0] if found else None


def _house(call: Call, asked: Sequence[Asked], requests: Mapping[str, Request]) -> House:
    row, catalogue = subscriptions.get(call.connection, call.subscription_id), call.services.catalogue
    accepted = sum(each.action is Action.ACCEPT for each in asked)
    who = answerable(call, asked, requests)
    within = may_list(call, catalogue, who, accepted) if accepted else None
    over = None
    if within is not None and within < accepted:
        problem = refuse_users(call, catalogue, who, accepted)
        over = Refusal(problem.code, problem.detail.rstrip("."), **problem.data)
    return House(
        row.id,
        catalogue.offer(row.plan).sub_accounts,
        contract_limit(call),
        SubscriptionStatus(row.status),
        owner=row.owner_account_id,
        acting=call.principal.account_id,
        within=within,
        over=over,
    )


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
    told: dict[str, Told],
    arrivals: _Arrivals,
) -> list[Outcome]:
    changed: list[dict[str, Any]] = []
    outcomes: list[Outcome] = []
    for verdict in verdicts:
        request, action = verdict.request, verdict.asked.action
        row = rows.get(verdict.asked.id)
        if row is None or request is None or verdict.refusal is not None:
            outcomes.append(Outcome(verdict, as_answer(row) if row is not None else None))
            continue
        accepted, who = action is Action.ACCEPT, request.account_id or ""
        user = arrivals.users[who] if accepted else None
        values = {
            "state": _STATE[action].value,
            "decided_at": call.now,
            "decided_by": call.actor.label,
            "decided_by_account": call.actor.account_id,
            "reason": "" if accepted else reason,
            "user_id": user.id if user else None,
            "gives_up": told[row.id].gives_up,
            "ends": _kept(told[row.id].ends),
        }
        changed.append({"number": row.number, **values})
        transfer = as_answer(row, **values)
        ended = arrivals.ended.get(who, ()) if user else ()
        outcomes.append(Outcome(verdict, transfer, user, ended, joined=accepted and who in arrivals.joined))
        _tell(call, _KIND[action], transfer, user)
    transfers.change(call.connection, changed, *_COLUMNS)
    return outcomes


def _kept(ends: frozenset[str] | None) -> str | None:
    return None if ends is None else " ".join(sorted(ends))


def _tell(call: Call, kind: EventKind, transfer: Transfer, user: User | None) -> None:
    more: dict[str, Any] = {"reason": transfer.reason} if transfer.reason else {}
    if user:
        more |= {"user_id": user.id, "user_status": user.status.value}
    if user and transfer.gives_up:
        more["gives_up"] = transfer.gives_up
    tell(call, kind, transfer, {"state": TransferState.PENDING.value}, **more)
