"""Which provider an address belongs to: its domain alone decides, so that nothing is told of the account."""

from collections.abc import Iterable

from contract.mailbox import Mailbox
from server.settings import Issuer


def domain_of(address: Mailbox) -> str:
    """The domain of an address as the name service knows it."""
    return address.key.rpartition("@")[2]


def issuer_for(address: Mailbox, issuers: Iterable[Issuer]) -> Issuer | None:
    """The provider that people with this address sign in with; where it is `required`, they have no other way."""
    domain = domain_of(address)
    return next((each for each in issuers if domain in each.domains), None)


def named(name: str, issuers: Iterable[Issuer]) -> Issuer | None:
    """The provider with this name in the settings."""
    return next((each for each in issuers if each.name == name), None)
