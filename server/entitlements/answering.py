"""`GET /v1/entitlements/{account id or e-mail}`: asked by the vendor's product, on every request if it likes."""

from contract.entitlements import Entitlement, EntitlementReason
from contract.mailbox import email_key
from contract.subscription import SubscriptionStatus
from contract.users import UserStatus
from server.catalogue import Catalogue
from server.domain.entitlements import Access, entitlement
from server.domain.periods import start_of_day
from server.http.call import Call, Principal
from server.platform.services import Services
from server.platform.transaction import Unit
from server.store import entitlements as store
from server.store.types import AnyRow
from server.subscription.reading import suspended_at

NOT_LISTED = Entitlement(entitled=False, reason=EntitlementReason.NOT_LISTED)


def show_entitlement(call: Call) -> Entitlement:
    """The answer for an account id or an address; whoever is not ours is not listed, whether or not they exist.

    One query for a user; for others a few more tell whether they were one.
    """
    asked = call.id
    key = email_key(asked) if "@" in asked else None
    if key is None and "@" not in asked:
        row = store.listed(call.connection, call.subscription_id, account_id=asked)
        key = store.address_of(call.connection, asked) if row is None else None
    else:
        row = store.listed(call.connection, call.subscription_id, email_key=key) if key else None
    if row is not None:
        return of_row(row, call)
    return _of_others(call, key) if key else NOT_LISTED


def of_row(row: AnyRow, unit: Unit) -> Entitlement:
    """The answer for a row of `store.entitlements`."""
    return entitlement(access_of(row), UserStatus(row.status), unit.now)


def access_of(row: AnyRow) -> Access:
    """What the subscription of such a row gives to its users."""
    return Access(
        status=SubscriptionStatus(row.subscription_status),
        paid_until=start_of_day(row.period_end, row.time_zone),
        ends=row.cancel_at_period_end,
        lost_at=suspended_at(row),
    )


def stands_alone(row: AnyRow, catalogue: Catalogue) -> bool:
    """Whether its plan is for the main account alone, which needs no seat there."""
    return not catalogue.offer(row.plan).sub_accounts


def _of_others(call: Call, key: str) -> Entitlement:
    own = store.owner(call.connection, call.subscription_id, key)
    if own is not None and stands_alone(own, call.services.catalogue):
        return of_row(own, call)
    row = store.removed(call.connection, call.subscription_id, key)
    return of_row(row, call) if row is not None else NOT_LISTED


def entitlement_of_user(services: Services, principal: Principal, who: str) -> Entitlement | None:
    """The answer for a user; None for everybody else, whom the ordinary handler looks for."""
    statement, wanted = store.BY_ACCOUNT, who
    if "@" in who:
        statement, wanted = store.BY_EMAIL, email_key(who) or ""
    row = services.database.ask(statement, subscription_id=principal.subscription_id, who=wanted)
    if row is None:
        return None
    return entitlement(access_of(row), UserStatus(row.status), services.clock.now())
