"""What has to be right before a server answers anybody; what is not is one sentence, and no traceback later on."""

from contract.subscription import BillingCycle, PlanKind
from server.operations.clock_check import restore_clock
from server.platform.services import Services
from server.settings import SettingsError
from server.store import subscriptions


def check(services: Services) -> None:
    """Look at everything; the database is open.

    Raises:
        SettingsError: the catalogue lacks a plan, nothing can be written, or the clock is behind the history.
    """
    _check_plans(services)
    _check_writable(services)
    restore_clock(services)


def _check_plans(services: Services) -> None:
    """Without its plan a subscription could be neither shown nor renewed."""
    with services.database.read() as connection:
        held = subscriptions.held_terms(connection)
    for plan, cycle, currency in held:
        offer = services.catalogue.offers.get(plan)
        if offer is None:
            message = f"a subscription has the plan {plan!r}, which the catalogue does not have"
            raise SettingsError(message)
        if offer.kind is PlanKind.PAID and not offer.sells(BillingCycle(cycle), currency):
            message = f"a subscription pays for {plan!r} {cycle} in {currency}, which the catalogue has no price for"
            raise SettingsError(message)


def _check_writable(services: Services) -> None:
    """A server that can save nothing would start with a traceback, somewhere further on."""
    if not services.heartbeat.alive():
        message = f"nothing can be written to {services.settings.database}: is its disk full, or only to be read?"
        raise SettingsError(message)
