"""The next payment before something and after it: what any addition answers."""

from contract.joining import PaymentChange
from contract.quotes import RenewalForecast
from server.catalogue import Catalogue
from server.domain.renewal import forecast
from server.platform.transaction import Unit
from server.store import subscriptions
from server.store.types import AnyRow
from server.subscription.reading import standing_of


def next_payment(unit: Unit, catalogue: Catalogue, row: AnyRow | None = None) -> RenewalForecast | None:
    """The next renewal as things stand in this transaction; None where none will come.

    `row` is the subscription's, where it was read just now.
    """
    row = row or subscriptions.get(unit.connection, unit.subscription_id)
    return forecast(standing_of(row, catalogue), catalogue.market(row.currency))


def payment_change(before: RenewalForecast | None, after: RenewalForecast | None) -> PaymentChange | None:
    """Both of it, where both will come."""
    if before is None or after is None:
        return None
    return PaymentChange(date=after.date, before=before.amount, after=after.amount)
