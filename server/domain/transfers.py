"""Transfer requests (D22-D27): which side moves which request when, and what a batch of decisions comes to."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from contract.problems import ProblemCode
from contract.subscription import SubscriptionStatus
from contract.transfers import Direction, TransferState
from contract.users import UserStatus
from server.domain.errors import Refusal

PENDING_FOR = dt.timedelta(days=14)
"""How long a request waits for its answer (D23)."""

RESEND_PAUSE = dt.timedelta(hours=1)
"""How long after sending a request it may be sent again (D23)."""

UNDO_FOR = dt.timedelta(minutes=10)
"""How long a decision can be taken back (D27)."""


class Party(StrEnum):
    """The two sides of a request: the organisation's, and the account's own."""

    HOUSE = "house"
    ACCOUNT = "account"


class Action(StrEnum):
    """What one side may do to a request."""

    ACCEPT = "accept"
    DECLINE = "decline"
    CANCEL = "cancel"
    RESEND = "resend"


SIDE = {
    Party.HOUSE: {
        Action.ACCEPT: Direction.INCOMING,
        Action.DECLINE: Direction.INCOMING,
        Action.CANCEL: Direction.OUTGOING,
        Action.RESEND: Direction.OUTGOING,
    },
    Party.ACCOUNT: {
        Action.ACCEPT: Direction.OUTGOING,
        Action.DECLINE: Direction.OUTGOING,
        Action.CANCEL: Direction.INCOMING,
        Action.RESEND: Direction.INCOMING,
    },
}
"""Who opens a request has agreed by opening it: the other side decides (D22)."""

_NOT_OURS = {
    Action.ACCEPT: "You sent this request: {other} accepts it",
    Action.DECLINE: "You sent this request: you can cancel it, not decline it",
    Action.CANCEL: "{other} can cancel this request: you can decline it",
    Action.RESEND: "{other} can send this request again, not you",
}
_OTHER = {Party.HOUSE: "the person you asked", Party.ACCOUNT: "the organisation you asked"}
_ASKED = {Party.HOUSE: "The person who asked", Party.ACCOUNT: "The organisation that asked"}


@dataclass(frozen=True, slots=True)
class Request:
    """What the rules look at in one request. `account_id` is empty while nobody has signed up with its address.

    `opened_by` is the account that opened it, on whichever side.

    `ends`: the paid subscriptions of the account's own that both sides were told end; None when they were told so in
    words alone, whichever it is.
    """

    id: str
    direction: Direction
    state: TransferState
    version: int
    expires_at: dt.datetime
    account_id: str | None = None
    resend_after: dt.datetime | None = None
    ends: frozenset[str] | None = frozenset()
    opened_by: str | None = None

    def state_at(self, now: dt.datetime) -> TransferState:
        """The state by the clock: a pending request has expired when its time is over, noted down or not."""
        over = self.state is TransferState.PENDING and self.expires_at <= now
        return TransferState.EXPIRED if over else self.state


def wrong_side(action: Action, party: Party = Party.HOUSE) -> Refusal:
    """It is the other side's to do this."""
    other = _OTHER if action is Action.ACCEPT else _ASKED
    return Refusal(ProblemCode.TRANSFER_WRONG_SIDE, _NOT_OURS[action].format(other=other[party]))


def refusal_of(action: Action, request: Request, now: dt.datetime, party: Party = Party.HOUSE) -> Refusal | None:
    """Why one side can't move a request like this now; None when it can."""
    if request.direction is not SIDE[party][action]:
        return wrong_side(action, party)
    state = request.state_at(now)
    if state is not TransferState.PENDING:
        return Refusal(ProblemCode.TRANSFER_NOT_PENDING, f"This request is {state.value}", state=state.value)
    if action is Action.RESEND and request.resend_after is not None and now < request.resend_after:
        seconds = -((now - request.resend_after) // dt.timedelta(seconds=1))
        return Refusal(
            ProblemCode.RESEND_TOO_SOON, f"Sent less than an hour ago: wait {seconds} s", retry_after=seconds
        )
    return None


@dataclass(frozen=True, slots=True)
class House:
    """The subscription that takes people in. `room` is how many more users a contract allows; None is no limit.

    `owner` is its main account, `acting` who decides. `within` is how many more may be listed within the spending
    limit of whoever answers for it (None: no limit binds them), `over` the refusal of the next.
    """

    subscription_id: str
    sub_accounts: bool
    room: int | None = None
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE
    owner: str | None = None
    acting: str | None = None
    within: int | None = None
    over: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """An account that exists: the subscription it is a user of, if any, and the paid ones of its own.

    `paying`: a payment for one of its own is under way, so that it can't end now.
    """

    listed_on: str | None = None
    owns: frozenset[str] = frozenset()
    paying: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One decision as it was asked for. Without a version the request is taken as it is now."""

    id: str
    action: Action
    version: int | None = None
    party: Party = Party.HOUSE


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one decision comes to: done when there is no refusal. No request: it is not ours, or there is none."""

    asked: Asked
    request: Request | None
    refusal: Refusal | None = None

    @property
    def accepted(self) -> bool:
        """Whether this makes somebody a user."""
        return self.refusal is None and self.asked.action is Action.ACCEPT


@dataclass(frozen=True, slots=True)
class Told:
    """What an account gives up, as both sides were told: in words, and by ids (see `Request.ends`)."""

    gives_up: str = ""
    ends: frozenset[str] | None = frozenset()


def answerable(asked: Iterable[Asked], requests: Mapping[str, Request], acting: str) -> str | None:
    """Whose limit counts what these cost: who decides for the house, or who asked the account that accepts."""
    if all(each.party is Party.HOUSE for each in asked):
        return acting
    found = [requests[each.id].opened_by for each in asked if each.id in requests]
    return found[0] if found else None


_TAKES_NOBODY = {
    SubscriptionStatus.ENDED: "has ended",
    SubscriptionStatus.SUSPENDED: "is suspended until a payment succeeds",
}
_NOT_TAKEN = "The organisation can't add anybody at the moment: ask the sender"
_LISTED_HERE = "This account is already a user of your subscription"
_LISTED_ELSEWHERE = "This account is on another organisation's subscription"
_PAYING = "A payment for this account's own subscription is in progress: try again in a minute"


def decide(
    asked: Iterable[Asked],
    found: Mapping[str, Request],
    house: House,
    applicants: Mapping[str, Applicant],
    now: dt.datetime,
) -> list[Verdict]:
    """One verdict for each decision, in order (D26); an acceptance rechecks everything (D24).

    `applicants` has an entry for every account that still exists.
    """
    verdicts = []
    taken: set[str] = set()
    for each in asked:
        request = found.get(each.id)
        refusal = _refusal(each, request, now)
        if refusal is None and request and each.action is Action.ACCEPT:
            refusal = _refusal_of_acceptance(request, house, applicants, taken, each.party)
            if refusal is None and request.account_id:
                taken.add(request.account_id)
        verdicts.append(Verdict(each, request, refusal))
    return verdicts


def _refusal(asked: Asked, request: Request | None, now: dt.datetime) -> Refusal | None:
    if request is None:
        return Refusal(ProblemCode.NOT_FOUND, "Request not found")
    if asked.version is not None and asked.version != request.version:
        return Refusal(
            ProblemCode.TRANSFER_CHANGED,
            f"You saw version {asked.version}; it is {request.state_at(now).value} at version {request.version} now",
        )
    return refusal_of(asked.action, request, now, asked.party)


def refusal_of_oneself(request: Request, house: House, party: Party) -> Refusal | None:
    """A request needs two sides (D22): nobody is asked by, or accepts, themselves or their own subscription."""
    one, other = request.account_id, house.acting if party is Party.HOUSE else request.opened_by
    if one is None or one not in {house.owner, other}:
        return None
    why = (
        "You can't send a request to yourself"
        if one == other
        else "This is the subscription's main account: it needs no request"
    )
    return Refusal(ProblemCode.TRANSFER_TO_ONESELF, why)


def _refusal_of_acceptance(
    request: Request, house: House, applicants: Mapping[str, Applicant], taken: set[str], party: Party
) -> Refusal | None:
    if not house.sub_accounts:
        return Refusal(ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS, "This plan is for one account only")
    if house.status in _TAKES_NOBODY:
        whose = "Your" if party is Party.HOUSE else "Their"
        why = f"{whose} subscription {_TAKES_NOBODY[house.status]}"
        return Refusal(ProblemCode.SUBSCRIPTION_NOT_ACTIVE, why, status=house.status.value)
    if same := refusal_of_oneself(request, house, party):
        return same
    found = _not_available(request, house, applicants.get(request.account_id or ""), taken)
    if found is not None:
        said = found if party is Party.HOUSE else _TO_ONESELF.get(found, found)
        return Refusal(ProblemCode.ACCOUNT_NOT_AVAILABLE, said)
    return _no_room(house, len(taken), party)


def _no_room(house: House, taken: int, party: Party) -> Refusal | None:
    if house.room is not None and taken >= house.room:
        return Refusal(ProblemCode.USER_LIMIT_REACHED, "The contract's user limit has been reached")
    if house.within is not None and taken >= house.within:
        ours = party is Party.HOUSE and house.over is not None
        return house.over if ours else Refusal(ProblemCode.ACCOUNT_NOT_AVAILABLE, _NOT_TAKEN)
    return None


def _not_available(request: Request, house: House, applicant: Applicant | None, taken: set[str]) -> str | None:
    if applicant is None:
        return "This account no longer exists"
    if request.account_id in taken or applicant.listed_on == house.subscription_id:
        return _LISTED_HERE
    if applicant.listed_on is not None and applicant.listed_on not in applicant.owns:
        return _LISTED_ELSEWHERE
    if request.ends is not None and not applicant.owns <= request.ends:
        return "This account has taken a paid subscription of its own since it asked"
    return _PAYING if applicant.paying else None


_TO_ONESELF = {
    _LISTED_HERE: "You are already a user of this subscription",
    _LISTED_ELSEWHERE: "You are on another organisation's subscription: leave it first",
    _PAYING: "A payment for your own subscription is in progress: try again in a minute",
}


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What has become of one decision since: the request's version after it, the user it made, and what was paid.

    `then` and `now` are the user's status at the decision and today (None: no such user). `bought` and `renewed` tell
    whether an invoice for seats or for a whole period was issued since.
    """

    version: int
    accepted: bool = False
    then: UserStatus | None = None
    now: UserStatus | None = None
    bought: bool = False
    renewed: bool = False
    asked_again: bool = False


def refusal_of_undo(request: Request | None, since: Aftermath) -> Refusal | None:
    """Why one decision can't be taken back (D27); None when it can."""
    if request is None or request.version != since.version:
        return Refusal(ProblemCode.TRANSFER_CHANGED, "This request has changed since the decision")
    if since.asked_again:
        return Refusal(ProblemCode.UNDO_NOT_POSSIBLE, "Another request of the same person is pending now")
    if not since.accepted:
        return None
    if since.now not in {UserStatus.ACTIVE, UserStatus.NOT_PAID}:
        return Refusal(ProblemCode.UNDO_NOT_POSSIBLE, "This user has been removed since")
    activated = since.then is UserStatus.NOT_PAID and since.now is UserStatus.ACTIVE
    if since.renewed or (since.bought and activated):
        return Refusal(ProblemCode.UNDO_NOT_POSSIBLE, "A seat has been paid for this user since")
    return None
