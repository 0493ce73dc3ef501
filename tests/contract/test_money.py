"""Money as people read it."""

import pytest

from contract.money import Money, minor_units


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (192000, "EUR", "EUR 1,920.00"),
        (5, "EUR", "EUR 0.05"),
        (-1250, "EUR", "EUR -12.50"),
        (1500, "JPY", "JPY 1,500"),
        (12345, "KWD", "KWD 12.345"),
        (0, "EUR", "EUR 0.00"),
    ],
)
def test_every_currency_shows_its_own_decimals(amount: int, currency: str, text: str) -> None:
    """D1: an amount in minor units is shown with the decimals of its currency, never through a float."""
    assert str(Money(amount=amount, currency=currency)) == text


def test_an_unlisted_currency_has_two_decimals() -> None:
    """ISO 4217 gives most currencies two decimals, so only the others are listed."""
    assert minor_units("CHF") == 2
