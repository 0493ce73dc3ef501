"""The usual case of an entitlement: the address or the account of somebody who is a user now."""

from contract.entitlements import Entitlement
from contract.users import UserStatus
from server.domain.entitlements import entitlement
from server.entitlements.answering import access_of
from server.http.call import Principal
from server.platform.services import Services
from server.platform.text import email_key
from server.store import entitlements as store


def entitlement_of_user(services: Services, principal: Principal, who: str) -> Entitlement | None:
    """The answer for a user; None for everybody else, whom the ordinary handler looks for."""
    statement, wanted = store.BY_ACCOUNT, who
    if "@" in who:
        statement, wanted = store.BY_EMAIL, email_key(who) or ""
    row = services.database.ask(statement, subscription_id=principal.subscription_id, who=wanted)
    if row is None:
        return None
    return entitlement(access_of(row), UserStatus(row.status), services.clock.now())
