"""Which language somebody reads, and how days, times and money are written in it."""

import datetime as dt

import pytest

from contract.money import Money
from server.languages import choose, day, moment, money

AT = dt.datetime(2026, 3, 1, 9, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("header", "account", "expected"),
    [
        ("de", "", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "", "de"),
        ("fr-CA", "", "fr"),
        ("ES-419", "", "es"),
        ("en;q=0.1, fr;q=0.9", "", "fr"),
        ("ja, nl;q=0.9, es;q=0.1", "", "es"),
        ("de;q=0, fr;q=0.5", "", "fr"),
        ("de", "fr", "fr"),
        ("de", "nl", "de"),
        ("", "", "en"),
        ("*", "", "en"),
        ("zh-Hant-TW", "", "en"),
        ("de;q=high", "", "en"),
        ("de;q=1e9, fr;q=0.1", "", "fr"),
        (";;;,,=q;\x00", "", "en"),
        ("../../etc/passwd", "", "en"),
        ("x" * 100_000, "", "en"),
        (",".join(["xx"] * 10_000), "", "en"),
    ],
)
def test_the_language(header: str, account: str, expected: str) -> None:
    """What was chosen, else the dearest of the browser's that is ours, else English; nothing breaks it."""
    assert choose(header, account) == expected


def test_days_and_times() -> None:
    """In full, in UTC, as the language has it."""
    assert [moment(AT, language) for language in ("en", "de", "es", "fr")] == [
        "1 March 2026, 09:05 UTC",
        "1. März 2026, 09:05 UTC",
        "1 de marzo de 2026, 09:05 UTC",
        "1 mars 2026, 09:05 UTC",
    ]
    elsewhere = AT.astimezone(dt.timezone(dt.timedelta(hours=14)))
    assert moment(elsewhere, "en") == "1 March 2026, 09:05 UTC"
    assert day(AT.date(), "nl") == "1 March 2026"


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (192_050, "EUR", ("€1,920.50", "1.920,50 €", "1.920,50 €", "1 920,50 €")),
        (192_050, "JPY", ("JP¥192,050", "192.050 ¥", "192.050 JPY", "192 050 JPY")),
        (192_050, "KWD", ("KWD192.050", "192,050 KWD", "192,050 KWD", "192,050 KWD")),
        (-5, "EUR", ("-€0.05", "-0,05 €", "-0,05 €", "-0,05 €")),
    ],
)
def test_money_to_the_minor_unit(amount: int, currency: str, written: tuple[str, ...]) -> None:
    """As many decimals as the currency has (D1), whatever is usual."""
    found = tuple(money(Money(amount=amount, currency=currency), each) for each in ("en", "de", "es", "fr"))
    assert tuple(each.replace("\xa0", " ").replace("\u202f", " ") for each in found) == written
