"""Adding users by hand: what each address may become (D17, D18), then listing those that may."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Protocol

from sqlalchemy import insert

from contract.people import Role
from contract.problems import FieldError, ProblemCode
from contract.subscription import PlanKind, SubscriptionStatus
from contract.users import User, UserSource
from server.catalogue import Catalogue
from server.http.call import Call
from server.http.problems import Invalid, ServerProblem
from server.ids import new_ids
from server.store import subscriptions, users
from server.store.bulk import execute_many
from server.store.tables import accounts, members
from server.store.types import AnyRow
from server.text import email_key, is_unsafe
from server.unit import Unit
from server.users.seating import Listing, list_users

TEXTS = ("email", "first_name", "last_name", "position")


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


def add_user(call: Call) -> User:
    """Add one user.

    Raises:
        ServerProblem: whatever `judge` finds, or the contract's number of users is reached.
    """
    check_plan(call)
    verdict = judge(call, [call.body])[0]
    if isinstance(verdict, ServerProblem):
        raise verdict
    if contract_limit(call) == 0:
        raise limit_reached()
    return list_users(call, [*become_accounts(call, [verdict])])[0]


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
    if row.status == SubscriptionStatus.ENDED.value:
        raise ServerProblem(ProblemCode.SUBSCRIPTION_NOT_ACTIVE, "The subscription has ended.", status=row.status)
    if not catalogue.offer(row.plan).sub_accounts:
        raise ServerProblem(ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS)


def contract_limit(call: Call) -> int | None:
    """How many more users a contract takes; None when the plan has no such limit (D15)."""
    return limit_of(call, call.services.catalogue)


def limit_of(unit: Unit, catalogue: Catalogue) -> int | None:
    """The same for work that goes on after its request."""
    row = subscriptions.get(unit.connection, unit.subscription_id)
    if catalogue.offer(row.plan).kind is not PlanKind.CONTRACT:
        return None
    return max(0, int(row.seats) - int(row.users_active))


def limit_reached() -> ServerProblem:
    """The contract takes no more users."""
    return ServerProblem(ProblemCode.USER_LIMIT_REACHED)


def judge(
    unit: Unit,
    wanted: Sequence[Person],
    leaving: Collection[str] = frozenset(),
    *,
    source: UserSource = UserSource.HAND,
) -> list[Listing | ServerProblem]:
    """For each address in order: the listing it may become (`account_id` empty: nobody has it), or why not.

    `leaving` are addresses that are taken off the list first: they may come back. `source` is the way in.
    """
    keys = [email_key(each.email) for each in wanted]
    asked = {key for key in keys if key}
    listed = users.listed_keys(unit.connection, unit.subscription_id, asked) - set(leaving)
    found = users.accounts_of(unit.connection, unit.organisation_id, asked - listed)
    verdicts: list[Listing | ServerProblem] = []
    for new, key in zip(wanted, keys, strict=True):
        verdict = _text_problem(new, key) or _judge_one(
            new, key or "", listed, found.get(key or ""), leaving, source=source
        )
        if isinstance(verdict, Listing):
            listed.add(verdict.email_key)
        verdicts.append(verdict)
    return verdicts


def become_accounts(unit: Unit, listings: Sequence[Listing]) -> list[Listing]:
    """Make an account and a membership for each listing that has none (D18)."""
    nobody = [listing for listing in listings if not listing.account_id]
    made = dict(zip([each.email_key for each in nobody], new_ids("acc", len(nobody)), strict=True))
    if nobody:
        rows = [_account(unit, each, made[each.email_key]) for each in nobody]
        execute_many(unit.connection, insert(accounts), rows)
        execute_many(unit.connection, insert(members), [_membership(unit, identity) for identity in made.values()])
    return [_with_account(listing, made.get(listing.email_key)) for listing in listings]


def _text_problem(new: Person, key: str | None) -> ServerProblem | None:
    unsafe = [name for name in TEXTS if is_unsafe(getattr(new, name))]
    if unsafe:
        errors = [
            FieldError(pointer=f"/{name}", code="unsafe_text", detail="Remove the control characters.")
            for name in unsafe
        ]
        return ServerProblem(ProblemCode.UNSAFE_TEXT, errors=errors)
    if key is None:
        error = ("/email", "invalid_email", "This is not an e-mail address.")
        return Invalid(error, code=ProblemCode.INVALID_EMAIL)
    return None


def _judge_one(
    new: Person,
    key: str,
    listed: set[str],
    account: AnyRow | None,
    leaving: Collection[str],
    *,
    source: UserSource,
) -> Listing | ServerProblem:
    if key in listed:
        return ServerProblem(ProblemCode.ALREADY_USER)
    elsewhere = account is not None and account.listed_on is not None and key not in leaving
    if account is not None and (account.member is None or elsewhere):
        return ServerProblem(ProblemCode.NEEDS_TRANSFER)
    names = _names(new, account)
    return Listing(
        account_id=account.id if account else "",
        email=account.email if account else new.email,
        email_key=key,
        source=source,
        **names,
    )


def _names(new: Person, account: AnyRow | None) -> dict[str, str]:
    """What was typed; what the account says where nothing was."""
    fields = ("first_name", "last_name", "position")
    return {name: getattr(new, name).strip() or (getattr(account, name) if account else "") for name in fields}


def _account(unit: Unit, listing: Listing, identity: str) -> dict[str, Any]:
    return {
        "id": identity,
        "email": listing.email,
        "email_key": listing.email_key,
        "first_name": listing.first_name,
        "last_name": listing.last_name,
        "position": listing.position,
        "created_at": unit.now,
    }


def _membership(unit: Unit, account_id: str) -> dict[str, Any]:
    return {
        "organisation_id": unit.organisation_id,
        "account_id": account_id,
        "role": Role.MEMBER.value,
        "spending_limit": 0,
        "created_at": unit.now,
    }


def _with_account(listing: Listing, account_id: str | None) -> Listing:
    return replace(listing, account_id=account_id) if account_id else listing
