"""A member as the rules about roles see them, and how what becomes of them is said and written."""

from typing import Any

from contract.base import full_name
from contract.events import EventKind, EventObject
from contract.money import Money
from contract.people import Role
from contract.tokens import EndedBecause
from server.domain.roles import OWNER, Place
from server.people.own_sign_in import end_token
from server.platform.transaction import Unit
from server.store import roles, subscriptions, tokens
from server.store.types import AnyRow


def place_of(unit: Unit, row: AnyRow) -> Place:
    """What a member is, by their row of the directory."""
    main = subscriptions.get(unit.connection, unit.subscription_id).owner_account_id
    return Place(row.role, row.spending_limit, row.id == main)


def member_object(unit: Unit, row: AnyRow, place: Place) -> EventObject:
    """How an event names a member, as they are then; `row` has the account's columns."""
    name = full_name(row.first_name, row.last_name, row.email)
    attributes = {"email": row.email, **said(unit, place)}
    return EventObject(type="member", id=row.id, label=name, attributes=attributes)


def said(unit: Unit, place: Place) -> dict[str, Any]:
    """Role and limit as events say them."""
    found: dict[str, Any] = {"role": place.role}
    if place.role == Role.ADMIN.value:
        found["spending_limit"] = f"{money(unit, place.limit)} a month" if place.limit is not None else "none"
    return found


def money(unit: Unit, limit: int) -> Money:
    """A limit in the subscription's currency."""
    return Money(amount=limit, currency=subscriptions.get(unit.connection, unit.subscription_id).currency)


def write_place(unit: Unit, row: AnyRow, before: Place, after: Place) -> None:
    """Give a member their new role and limit, with the event; tokens that they made as an owner end with that."""
    roles.change(unit.connection, unit.organisation_id, row.id, role=Role(after.role), limit=after.limit)
    kind = EventKind.MEMBER_CHANGED if before.role == after.role else EventKind.MEMBER_ROLE_CHANGED
    unit.emit(kind, member_object(unit, row, after), said(unit, before))
    if before.role == OWNER != after.role:
        end_tokens(unit, row.id, made=True)


def end_tokens(unit: Unit, account_id: str, *, made: bool = False) -> int:
    """Revoke what an account made for others here, and its own too unless only those it `made`; answers how many."""
    ending = tokens.of_member(unit.connection, unit.organisation_id, account_id)
    own = [each for each in ending if each.account_id == account_id]
    others = [each for each in ending if each.account_id != account_id]
    for each in others:
        end_token(unit, each.id, EndedBecause.MAKER_NO_OWNER)
    for each in () if made else own:
        end_token(unit, each.id, EndedBecause.REMOVED)
    return len(others) + (0 if made else len(own))
