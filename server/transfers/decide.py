"""Deciding requests, one or ten thousand (D22, D24, D26): all is read, then decided by the rules, then written.

Whoever comes in is in the organisation's directory from then on, as with every other way in. What was done is kept, so
that whoever decided can take it back (D27).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from contract.events import EventKind
from contract.problems import ItemProblem
from contract.subscription import PlanKind, SubscriptionStatus
from contract.transfers import Decided, DecisionReport, DecisionResult, Decisions, Reason, Transfer, TransferState
from contract.users import User, UserSource
from server.domain.errors import Refusal
from server.domain.transfers import (
    UNDO_FOR,
    Action,
    Applicant,
    Asked,
    House,
    Request,
    Told,
    Verdict,
    answerable,
    decide,
)
from server.http.call import Call
from server.limits.spending import may_list, refuse_users
from server.platform.ids import new_id
from server.store import decisions, organisations, subscriptions, transfers
from server.store.types import AnyRow
from server.subscription.next_payment import next_payment, payment_change
from server.transfers.event_emission import tell
from server.transfers.serializers import as_answer, as_problem, as_request, ends_of
from server.transfers.superseded_subscriptions import end_own
from server.users.seat_assignment import Listing, list_users

_STATE = {Action.ACCEPT: TransferState.ACCEPTED, Action.DECLINE: TransferState.DECLINED}
_KIND = {Action.ACCEPT: EventKind.TRANSFER_ACCEPTED, Action.DECLINE: EventKind.TRANSFER_DECLINED}
_COLUMNS = ("state", "decided_at", "decided_by", "decided_by_account", "reason", "user_id", "gives_up", "ends")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one decision did. `transfer` is as it is afterwards; None when there is no such request here.

    `change` are the columns it wrote, `undo` what taking it back needs to know; both empty when it was refused.
    """

    verdict: Verdict
    transfer: Transfer | None
    user: User | None = None
    change: Mapping[str, Any] | None = None
    undo: Mapping[str, Any] | None = None


class Carried(NamedTuple):
    """What became of all that was asked, in order, and the decision it is kept as."""

    decision: str
    outcomes: Sequence[Outcome]


class _Known(NamedTuple):
    """What decisions stand on: requests, accounts behind them and those accounts' own subscriptions, by their ids."""

    rows: Mapping[str, AnyRow]
    told: Mapping[str, Told]
    requests: Mapping[str, Request]
    people: Mapping[str, AnyRow]
    own: Mapping[str, Sequence[AnyRow]]
    subscription: AnyRow
    house: House


class _Arrivals(NamedTuple):
    """What acceptances did, by account: the users they made, what ended, and who is in the directory only since."""

    users: Mapping[str, User]
    ended: Mapping[str, Sequence[Mapping[str, Any]]]
    joined: set[str]


def accept_transfer(call: Call) -> Decided:
    """Make one account a user."""
    return _decide_one(call, Action.ACCEPT)


def decline_transfer(call: Call) -> Decided:
    """Say no to one request."""
    body: Reason | None = call.body
    return _decide_one(call, Action.DECLINE, body.reason if body else "")


def decide_transfers(call: Call) -> DecisionReport:
    """Decide many; each is answered, none that was not named is touched, and all can be taken back for a while."""
    body: Decisions = call.body
    asked = [Asked(seen.id, Action.ACCEPT, seen.version) for seen in body.accept]
    asked += [Asked(seen.id, Action.DECLINE, seen.version) for seen in body.decline]
    before = next_payment(call, call.services.catalogue)
    decision, outcomes = carry_out(call, asked, body.reason)
    done = [outcome.verdict.asked.action for outcome in outcomes if outcome.change]
    return DecisionReport(
        id=decision,
        accepted=done.count(Action.ACCEPT),
        declined=done.count(Action.DECLINE),
        failed=len(outcomes) - len(done),
        undo_until=call.now + UNDO_FOR,
        results=tuple(_result(outcome) for outcome in outcomes),
        next_payment=payment_change(before, next_payment(call, call.services.catalogue)),
    )


def as_item(refusal: Refusal) -> ItemProblem:
    """A rule's no as one item of a batch."""
    return ItemProblem(code=refusal.code, detail=f"{refusal.detail}.")


def _decide_one(call: Call, action: Action, reason: str = "") -> Decided:
    before = next_payment(call, call.services.catalogue)
    decision, (outcome,) = carry_out(call, [Asked(call.id, action)], reason)
    if outcome.verdict.refusal is not None:
        raise as_problem(outcome.verdict.refusal)
    assert outcome.transfer is not None
    change = payment_change(before, next_payment(call, call.services.catalogue))
    return Decided(**dict(outcome.transfer), decision=decision, undo_until=call.now + UNDO_FOR, next_payment=change)


def _result(outcome: Outcome) -> DecisionResult:
    refusal = outcome.verdict.refusal
    return DecisionResult(
        transfer=outcome.transfer,
        transfer_id=outcome.verdict.asked.id,
        user_status=outcome.user.status if outcome.user else None,
        problem=as_item(refusal) if refusal else None,
    )


def carry_out(
    call: Call, asked: Sequence[Asked], reason: str = "", given_up: Mapping[str, Told] | None = None
) -> Carried:
    """Do what can be done of this, all of it asked by one side; one set of statements, however many there are.

    `given_up` has what people who decide for themselves were told they give up, by request.
    """
    known = _read(call, asked, given_up or {})
    applicants = {key: _applicant(person, known.own.get(key, ())) for key, person in known.people.items()}
    verdicts = decide(asked, known.requests, known.house, applicants, call.now)
    return _write(call, known, verdicts, reason)


def _read(call: Call, asked: Sequence[Asked], given_up: Mapping[str, Told]) -> _Known:
    """Everything that is looked at, before anything is written."""
    connection, catalogue = call.connection, call.services.catalogue
    rows = transfers.many(connection, call.subscription_id, [each.id for each in asked])
    told = {key: Told(row.gives_up, ends_of(row)) for key, row in rows.items()} | dict(given_up)
    requests = {key: replace(as_request(row), ends=told[key].ends) for key, row in rows.items()}
    wanted = [requests[each.id] for each in asked if each.action is Action.ACCEPT and each.id in requests]
    ids = [request.account_id for request in wanted if request.account_id]
    paid = [offer.id for offer in catalogue.offers.values() if offer.kind is PlanKind.PAID]
    people = decisions.applicants(connection, ids)
    own = decisions.own_subscriptions(connection, ids, paid, but=call.subscription_id)
    row = subscriptions.get(connection, call.subscription_id)
    return _Known(rows, told, requests, people, own, row, _house(call, asked, requests, row))


def _house(call: Call, asked: Sequence[Asked], requests: Mapping[str, Request], row: AnyRow) -> House:
    catalogue, acting = call.services.catalogue, call.principal.account_id
    accepted = sum(each.action is Action.ACCEPT for each in asked)
    who = answerable(asked, requests, acting)
    within = may_list(call, catalogue, who, accepted, row=row) if accepted else None
    over = None
    if within is not None and within < accepted:
        problem = refuse_users(call, catalogue, who, accepted)
        over = Refusal(problem.code, problem.detail.rstrip("."), **problem.data)
    offer = catalogue.offer(row.plan)
    return House(
        row.id,
        offer.sub_accounts,
        offer.room(row.seats, row.users_active),
        SubscriptionStatus(row.status),
        owner=row.owner_account_id,
        acting=acting,
        within=within,
        over=over,
    )


def _applicant(person: AnyRow, own: Sequence[AnyRow]) -> Applicant:
    paying = any(row.pending_payment_id is not None for row in own)
    return Applicant(person.listed_on, frozenset(row.id for row in own), paying=paying)


def _write(call: Call, known: _Known, verdicts: Sequence[Verdict], reason: str) -> Carried:
    """Everything that was decided, in one statement of a kind; nothing else is decided here."""
    coming = [each.request.account_id or "" for each in verdicts if each.accepted and each.request]
    arrivals = _arrive(call, known, coming)
    outcomes = [_outcome(call, known, each, arrivals, reason) for each in verdicts]
    done = [each for each in outcomes if each.change]
    transfers.change(call.connection, [each.change for each in done if each.change], *_COLUMNS)
    decision = _keep(call, done)
    for each in done:
        _tell(call, each)
    return Carried(decision, outcomes)


def _arrive(call: Call, known: _Known, account_ids: Sequence[str]) -> _Arrivals:
    """Make these accounts users: what they pay for themselves ends, and they come into the directory."""
    catalogue = call.services.catalogue
    ended = {key: [end_own(call, catalogue, row) for row in known.own[key]] for key in account_ids if key in known.own}
    joined = organisations.join(call.connection, call.organisation_id, account_ids, call.now)
    listings = [Listing.of(known.people[key], UserSource.TRANSFER) for key in account_ids]
    made = list_users(call, listings, known.subscription) if listings else []
    return _Arrivals({user.account_id: user for user in made}, ended, joined)


def _outcome(call: Call, known: _Known, verdict: Verdict, arrivals: _Arrivals, reason: str) -> Outcome:
    request, action = verdict.request, verdict.asked.action
    row = known.rows.get(verdict.asked.id)
    if row is None or request is None or verdict.refusal is not None:
        return Outcome(verdict, as_answer(row) if row is not None else None)
    who, told = request.account_id or "", known.told[row.id]
    user = arrivals.users[who] if verdict.accepted else None
    change = {
        "number": row.number,
        "state": _STATE[action].value,
        "decided_at": call.now,
        "decided_by": call.actor.label,
        "decided_by_account": call.actor.account_id,
        "reason": "" if user else reason,
        "user_id": user.id if user else None,
        "gives_up": told.gives_up,
        "ends": None if told.ends is None else " ".join(sorted(told.ends)),
    }
    undo = {
        "status": user.status.value if user else None,
        "ends": list(arrivals.ended.get(who, ())) if user else [],
        "joined": user is not None and who in arrivals.joined,
    }
    return Outcome(verdict, as_answer(row, **change), user, change, undo)


def _keep(call: Call, done: Sequence[Outcome]) -> str:
    """Keep what was done as a decision of the account that asks; answers its id.

    Nothing is kept of a decision that did nothing: there is nothing to take back.
    """
    identity = new_id("dec")
    if not done:
        return identity
    values = {
        "id": identity,
        "organisation_id": call.organisation_id,
        "subscription_id": call.subscription_id,
        "account_id": call.principal.account_id,
        "created_at": call.now,
        "undo_until": call.now + UNDO_FOR,
        "party": done[0].verdict.asked.party.value,
    }
    decisions.add(call.connection, values, [_item(each) for each in done])
    return identity


def _item(outcome: Outcome) -> dict[str, Any]:
    transfer, user = outcome.transfer, outcome.user
    assert transfer is not None
    return {
        "transfer_id": transfer.id,
        "action": outcome.verdict.asked.action.value,
        "transfer_version": transfer.version,
        "user_id": user.id if user else None,
        "before": json.dumps(outcome.undo),
    }


def _tell(call: Call, outcome: Outcome) -> None:
    transfer, user = outcome.transfer, outcome.user
    assert transfer is not None
    more: dict[str, Any] = {"reason": transfer.reason} if transfer.reason else {}
    if user:
        more |= {"user_id": user.id, "user_status": user.status.value}
    if user and transfer.gives_up:
        more["gives_up"] = transfer.gives_up
    tell(call, _KIND[outcome.verdict.asked.action], transfer, {"state": TransferState.PENDING.value}, **more)
