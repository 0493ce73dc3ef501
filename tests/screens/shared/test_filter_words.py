"""What is typed into a filter."""

import pytest

from screens.shared.filter_words import FilterError, Words, parse
from screens.transfers.source import TRANSFER_FIELDS
from screens.users.source import USER_FIELDS
from tui.presentation.transfers import Side


def test_words_narrow_and_the_rest_is_searched() -> None:
    """A field with a colon narrows, in any case; everything else is free text."""
    words = parse("ana STATUS:not_paid  silva source:hand", USER_FIELDS)
    assert words == Words("ana silva", {"status": "not_paid", "source": "hand"})


@pytest.mark.parametrize("typed", ["status:not", "status:not-paid", "status:NotPaid", "status:not_paid", "status:n"])
def test_a_value_may_be_shortened(typed: str) -> None:
    """As long as it is clear which one is meant."""
    assert parse(typed, USER_FIELDS).fields == {"status": "not_paid"}


@pytest.mark.parametrize("typed", ["status:", "status:paid", "status:removed"])
def test_a_value_that_is_none_says_which_there_are(typed: str) -> None:
    """Removed users are not listed, so nothing offers to find them."""
    with pytest.raises(FilterError, match=r"status: takes active, not_paid, suspended, ended$"):
        parse(typed, USER_FIELDS)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("status:not_payd", "status: takes active, not_paid, suspended, ended. Did you mean not_paid?"),
        ("statuss:not_paid", "There is no filter statuss: here. Did you mean status:?"),
        ("ana Sorce:import", "There is no filter Sorce: here. Did you mean source:?"),
        ("source:improt", "source: takes hand, import, code, member, transfer. Did you mean import?"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(typed: str, says: str) -> None:
    """Of a value or of a field: asking for it as it stands would find nobody, so the list stays and it is said."""
    with pytest.raises(FilterError) as caught:
        parse(typed, USER_FIELDS)
    assert str(caught.value) == says


def test_an_unclear_value_is_refused() -> None:
    """`ac` could be only `accepted`, `e` only `expired`, but nothing starts with `z`; `c` is cancelled."""
    fields = TRANSFER_FIELDS[Side.HISTORY]
    assert parse("state:c", fields).fields == {"state": "cancelled"}
    with pytest.raises(FilterError):
        parse("state:z", fields)


def test_unknown_fields_are_text() -> None:
    """An address or a time may hold a colon."""
    assert parse("http://x 14:02 state:x", {}).text == "http://x 14:02 state:x"


def test_days_are_left_as_typed() -> None:
    """`added:` takes days, months, years, limits and ranges, next to other words."""
    assert parse("ana added:>2026-10-01 status:n", USER_FIELDS) == Words(
        "ana", {"added": ">2026-10-01", "status": "not_paid"}
    )


@pytest.mark.parametrize("typed", ["added:", "added:soon", "added:2026-13", "added:..", "added:>"])
def test_no_span_of_days_says_which_there_are(typed: str) -> None:
    """The sentence names the field and shows what it takes."""
    with pytest.raises(FilterError, match=r"added: takes 2026-10-01, 2026-10, 2026, >2026-10-01"):
        parse(typed, USER_FIELDS)
