"""Adding users by hand: what each address may become (D17, D18), then listing those that may."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from contract.mailbox import Mailbox, NotAnAddressError, mailbox
from contract.one_account import for_one_account
from contract.problems import FieldError, ProblemCode
from contract.users import Added, UserSource, UserStatus
from server.catalogue import Catalogue
from server.http.call import Call
from server.http.problems import ServerProblem, no_address
from server.platform.ids import new_ids
from server.platform.text import first_unsafe, is_unsafe, trimmed_name
from server.platform.transaction import Unit
from server.store import organisations, subscriptions, users
from server.store.types import AnyRow
from server.subscription.next_payment import next_payment, payment_change
from server.subscription.reading import seated_status
from server.users.gate import Gate
from server.users.seat_assignment import Listing, list_all, list_users

NAMES = {"first_name": "first name", "last_name": "last name", "position": "position"}


class Person(Protocol):
    """Somebody to add, wherever it was written down."""

    @property
    def email(self) -> str:
        """The address."""

    @property
    def first_name(self) -> str:
        """The first name, or nothing."""

    @property
    def last_name(self) -> str:
        """The last name, or nothing."""

    @property
    def position(self) -> str:
        """The position, or nothing."""


def add_user(call: Call) -> Added:
    """Add one user.

    Raises:
        ServerProblem: whatever `judge` finds, or the contract's user limit is reached.
    """
    check_plan(call)
    verdict = judge(call, [call.body])[0]
    return list_one(call, become_accounts(call, [admit_one(call, verdict)])[0])


def list_one(call: Call, listing: Listing) -> Added:
    """List one who was let in, and say what becomes of the next payment."""
    row = subscriptions.get(call.connection, call.subscription_id)
    before = next_payment(call, call.services.catalogue, row)
    user = list_users(call, [listing], row)[0]
    change = payment_change(before, next_payment(call, call.services.catalogue))
    return Added(**user.model_dump(), next_payment=change)


def admit_one(call: Call, verdict: Listing | ServerProblem) -> Listing:
    """The one who may be listed.

    Raises:
        ServerProblem: what was judged, or there is no room, it is above the limit, or the account is outside.
    """
    if isinstance(verdict, ServerProblem):
        raise verdict
    room = contract_limit(call)
    who = call.principal.account_id
    gate = Gate(call, call.services.catalogue, who, [verdict], room=room, full=limit_reached())
    if problem := gate.check_all():
        raise problem
    gate.check_outside(call.request.id)
    return gate.admitted(verdict)


def check_plan(call: Call) -> None:
    """Refuse every way in on a plan without sub-accounts (D17), and on a subscription that has ended (D12).

    Raises:
        ServerProblem: `plan_has_no_sub_accounts` or `subscription_not_active`.
    """
    check_ways_in(call, call.services.catalogue)


def check_ways_in(unit: Unit, catalogue: Catalogue) -> None:
    """The same for work that goes on after its request.

    Raises:
        ServerProblem: as `check_plan`.
    """
    row = subscriptions.get(unit.connection, unit.subscription_id)
    if seated_status(row, unit.now) is UserStatus.ENDED:
        raise ServerProblem(ProblemCode.SUBSCRIPTION_NOT_ACTIVE, "The subscription has ended.", status=row.status)
    offer = catalogue.offer(row.plan)
    if not offer.sub_accounts:
        why = for_one_account(offer.name, catalogue.for_more(row.plan, row.currency))
        raise ServerProblem(ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS, why)


def contract_limit(call: Call) -> int | None:
    """How many more users a contract takes; None when the plan has no such limit (D15)."""
    return limit_of(call, call.services.catalogue)


def limit_of(unit: Unit, catalogue: Catalogue) -> int | None:
    """The same for work that goes on after its request."""
    row = subscriptions.get(unit.connection, unit.subscription_id)
    return catalogue.offer(row.plan).room(row.seats, row.users_active)


def limit_reached() -> ServerProblem:
    """The contract takes no more users."""
    return ServerProblem(ProblemCode.USER_LIMIT_REACHED)


def judge(
    unit: Unit,
    wanted: Sequence[Person],
    leaving: Collection[str] = frozenset(),
    *,
    source: UserSource = UserSource.HAND,
    keys: Sequence[str | None] | None = None,
) -> list[Listing | ServerProblem]:
    """For each address in order: the listing it may become (`account_id` empty: it is nobody's here), or why not.

    Whether one that is outside is said to be so is for `Gate`.

    `leaving` are addresses that are taken off the list first: they may come back. `source` is the way in. `keys` are
    the addresses as they are compared, of people whose texts were found good before.
    """
    known = keys if keys is not None else [None] * len(wanted)
    boxes = [_box(new, key) for new, key in zip(wanted, known, strict=True)]
    listed, found = look_up(unit, {box.key for box in boxes if isinstance(box, Mailbox)}, leaving)
    owner = main_account(unit)
    verdicts: list[Listing | ServerProblem] = []
    for new, box in zip(wanted, boxes, strict=True):
        if isinstance(box, ServerProblem):
            verdicts.append(box)
            continue
        account = found.get(box.key)
        decides = main_account_decides() if account is not None and account.id == owner else None
        verdict = decides or _judge_one(unit, new, box, listed, account, leaving=leaving, source=source)
        if isinstance(verdict, Listing):
            listed.add(verdict.email_key)
        verdicts.append(verdict)
    return verdicts


def look_up(
    unit: Unit, keys: Collection[str], leaving: Collection[str] = frozenset()
) -> tuple[set[str], dict[str, AnyRow]]:
    """Which of these addresses are listed here, and the accounts behind the others, as far as there are any."""
    asked = set(keys)
    listed = users.listed_keys(unit.connection, unit.subscription_id, asked) - set(leaving)
    return listed, users.accounts_of(unit.connection, unit.organisation_id, asked - listed)


def is_outside(key: str, account: AnyRow | None, leaving: Collection[str] = frozenset()) -> bool:
    """Whether an address that is not listed here belongs to an account that has to be asked (D18)."""
    if account is None:
        return False
    elsewhere = account.listed_on is not None and key not in leaving
    return account.member is None or elsewhere


def main_account(unit: Unit) -> str | None:
    """The account that only itself may put on the list, for who asks now (D15); None for itself and for the server."""
    owner: str = subscriptions.get(unit.connection, unit.subscription_id).owner_account_id
    return None if unit.actor.account_id in {None, owner} else owner


def main_account_decides() -> ServerProblem:
    """It is the main account, and somebody else wants to list it."""
    return ServerProblem(ProblemCode.MAIN_ACCOUNT_DECIDES)


def join(unit: Unit, listings: Sequence[Listing]) -> list[str]:
    """`become_accounts` and `list_users` for very many; answers the ids of the users.

    They become members last, so that the directory finds them listed and writes each of them once.
    """
    whole, made = _make_accounts(unit, listings)
    rows = list_all(unit, whole)
    organisations.add_members(unit.connection, unit.organisation_id, made, unit.now)
    return [row["id"] for row in rows]


def become_accounts(unit: Unit, listings: Sequence[Listing]) -> list[Listing]:
    """Make an account and a membership for each listing that has none (D18)."""
    whole, made = _make_accounts(unit, listings)
    organisations.add_members(unit.connection, unit.organisation_id, made, unit.now)
    return whole


def _make_accounts(unit: Unit, listings: Sequence[Listing]) -> tuple[list[Listing], list[str]]:
    """The listings with their accounts, and the ids of the new ones."""
    made = new_ids("acc", sum(not listing.account_id for listing in listings))
    fresh = iter(made)
    whole = [each if each.account_id else each._replace(account_id=next(fresh)) for each in listings]
    rows = [_account(unit, now) for before, now in zip(listings, whole, strict=True) if not before.account_id]
    organisations.add_accounts(unit.connection, rows)
    return whole, made


def _box(new: Person, key: str | None) -> Mailbox | ServerProblem:
    """Whose mailbox it is, or what is wrong with the texts; `key` is there if they were found good before."""
    if key is not None:
        return Mailbox(new.email, key)
    unsafe = {name: first_unsafe(getattr(new, name)) for name in NAMES if is_unsafe(getattr(new, name))}
    if unsafe:
        errors = [
            FieldError(pointer=f"/{name}", code="unsafe_text", detail=f"Remove {char}.")
            for name, char in unsafe.items()
        ]
        return ServerProblem(ProblemCode.UNSAFE_TEXT, errors=errors)
    try:
        return mailbox(new.email)
    except NotAnAddressError as error:
        return no_address(error)


def _judge_one(
    unit: Unit,
    new: Person,
    box: Mailbox,
    listed: set[str],
    account: AnyRow | None,
    *,
    leaving: Collection[str],
    source: UserSource,
) -> Listing | ServerProblem:
    if box.key in listed:
        return ServerProblem(ProblemCode.ALREADY_USER)
    outside = is_outside(box.key, account, leaving)
    if account is not None and account.member is None:
        account = None
    typed = {name: trimmed_name(getattr(new, name), called) for name, called in NAMES.items()}
    return Listing(
        account_id=account.id if account else "",
        email=account.email if account else box.email,
        email_key=box.key,
        source=source,
        outside=outside,
        remark=" ".join(filter(None, (box.remark, *(remark for _, remark in typed.values())))),
        **_names({name: text for name, (text, _) in typed.items()}, account, unit.organisation_id),
    )


def _names(typed: dict[str, str], account: AnyRow | None, organisation_id: str) -> dict[str, str]:
    """What was typed; what the account says where nothing was, and always where its person minds it."""
    if account is None:
        return typed
    own = {name: getattr(account, name) for name in NAMES}
    if not organisations.is_theirs(account, organisation_id):
        return own
    return {name: text or own[name] for name, text in typed.items()}


def _account(unit: Unit, listing: Listing) -> dict[str, Any]:
    return {
        "id": listing.account_id,
        "email": listing.email,
        "email_key": listing.email_key,
        "first_name": listing.first_name,
        "last_name": listing.last_name,
        "position": listing.position,
        "created_at": unit.now,
        "created_by_organisation": unit.organisation_id,
    }
