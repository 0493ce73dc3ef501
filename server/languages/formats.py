"""Days, times and money as they are written in a language."""

import datetime as dt
from decimal import Decimal

from contract.money import Money, minor_units
from server.languages.catalogues import ENGLISH, known


def _locale(language: str) -> str:
    """English days come before their months, as everywhere in Headcount."""
    return "en_GB" if language == ENGLISH or not known(language) else language


def day(at: dt.date, language: str) -> str:
    """A day in full: `4 November 2026`."""
    from babel.dates import format_date

    return str(format_date(at, "long", _locale(language)))


def moment(at: dt.datetime, language: str) -> str:
    """A day and a time in UTC, both in full: `4 November 2026, 09:30 UTC`."""
    return f"{day(at.astimezone(dt.UTC), language)}, {time_of_day(at)}"


def time_of_day(at: dt.datetime) -> str:
    """A time in UTC, which every language of ours writes the same: `09:30 UTC`."""
    return f"{at.astimezone(dt.UTC):%H:%M} UTC"


def in_short(at: dt.date, language: str) -> str:
    """A day as it fits into a table: `4 Nov 2026`."""
    from babel.dates import format_date

    return str(format_date(at, "medium", _locale(language)))


def money(amount: Money, language: str) -> str:
    """An amount with its currency, to the minor unit: `€1,920.00`, `1.920,00 €`."""
    from babel.numbers import format_currency

    decimals = minor_units(amount.currency)
    value = Decimal(amount.amount).scaleb(-decimals)
    pattern = _pattern(language, decimals)
    return str(format_currency(value, amount.currency, pattern, _locale(language), currency_digits=False))


def _pattern(language: str, decimals: int) -> str:
    """The language's own pattern, with as many decimals as the currency has here (ISO 4217, not what is usual)."""
    from babel import Locale

    usual: str = Locale.parse(_locale(language)).currency_formats["standard"].pattern
    return usual.replace(".00", "." + "0" * decimals if decimals else "")
