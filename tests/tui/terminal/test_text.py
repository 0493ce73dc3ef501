"""Whatever somebody types as a name, one harmless line of it is shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.presentation.text import MAX_MARKS, cells, clean, fit, to_ascii

ANYTHING = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Cs", "Mn", "Me", "Co", "Zl", "Zp"]),
        st.sampled_from(
            "\u200d\u200c\ufe0f\ufe0e\U0001f3fd\U0001f468\U0001f469\U0001f1e9\u0301\u0338\u4e00\u0646<>aA0 "
        ),
    ),
    max_size=60,
)
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(ANYTHING)
def test_nothing_unseen_is_left(text: str) -> None:
    """No control, format, surrogate, private or unassigned character comes out of `clean`."""
    assert not UNSEEN & {unicodedata.category(character) for character in clean(text)}


@given(ANYTHING, st.integers(1, 80))
def test_cleaning_twice_changes_nothing(text: str, limit: int) -> None:
    """A string that went through `clean` is a fixed point of it, and no longer than was asked."""
    once = clean(text, limit)
    assert clean(once, limit) == once
    assert len(once) <= limit


@given(ANYTHING)
def test_a_clean_string_is_one_line_in_normal_form(text: str) -> None:
    """The result has no line break of any kind, is in form C, and can be encoded."""
    cleaned = clean(text)
    assert len(cleaned.splitlines()) <= 1
    assert unicodedata.is_normalized("NFC", cleaned)
    cleaned.encode()


@given(ANYTHING)
def test_marks_do_not_pile_up(text: str) -> None:
    """Never more than three combining marks in a row, and never one at the beginning."""
    run = 0
    for character in "\0" + clean(text):
        run = run + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        assert run <= MAX_MARKS
    assert unicodedata.category((clean(text) or " ")[0]) not in {"Mn", "Me"}


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200))
def test_plain_text_stays_as_it_is(text: str) -> None:
    """Printable ASCII passes unchanged, the very same object."""
    assert clean(text) is text


@given(ANYTHING.map(clean), st.integers(-2, 40), st.booleans(), st.sampled_from(["left", "right"]))
def test_fit_is_exact(text: str, width: int, ascii_only: bool, align: str) -> None:  # noqa: FBT001 - drawn by Hypothesis
    """`fit` gives exactly the cells asked for, also when a wide character straddles the edge."""
    fitted = fit(text, width, ascii_only=ascii_only, align="right" if align == "right" else "left")
    assert cells(fitted) == max(width, 0)
    assert fitted.isascii() or not ascii_only


@given(ANYTHING.map(clean))
def test_ascii_takes_the_same_room(text: str) -> None:
    """The ASCII form of a string is ASCII and as wide as the string."""
    assert to_ascii(text).isascii()
    assert cells(to_ascii(text)) == cells(text)


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("Ana\x1b]0;owned\x07", "Ana␛]0;owned␇"),
        ("two\nlines\tand\x7f", "two␊lines␉and␡"),
        ("\x9b31m", "<U+009B>31m"),
        ("\u202egnp.exe", "<U+202E>gnp.exe"),
        ("zero\u200bwidth", "zero<U+200B>width"),
        ("\ud800", "<U+D800>"),
        ("e\u0301", "é"),
        ("a" + "\u0300\u0301" * 20, "à\u0301\u0300\u0301"),
        ("\u0301x", "◌\u0301x"),
        ("👩\u200d💻 Zoë", "👩 Zoë"),
        ("👍🏽", "👍"),
        ("⚠\ufe0f", "⚠"),
        ("🇩🇪", "DE"),
        ("می\u200cخواهم", "میخواهم"),
        ("[b]x[/b]", "[b]x[/b]"),
        ("a" * 201, "a" * 199 + "…"),
        ("", ""),
    ],
)
def test_what_is_shown(given_name: str, shown: str) -> None:
    """Each kind of trouble has one visible form."""
    assert clean(given_name) == shown


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 4, "abc…"),
        ("日本語", 4, "日… "),
        ("日本語", 6, "日本語"),
        ("ab", 0, ""),
        ("नमस्ते जी", 4, "नम… "),
        ("นำ้ใจ", 3, "นำ้…"),
        ("กำนัน", 2, "… "),
        ("क्षत्रिय", 4, "क्ष… "),
        ("क्" * 60, 20, "क्" * 19 + "…"),
        ("e\u0302\u0301xy", 2, "e\u0302\u0301…"),
    ],
)
def test_fit_cuts_by_cells(text: str, width: int, fitted: str) -> None:
    """A cut shows a sign for what is missing, and marks stay with their letter."""
    assert fit(text, width) == fitted


def test_ascii_signs() -> None:
    """Our own glyphs have stand-ins, letters lose accents, the rest is a question mark per cell."""
    assert to_ascii("╭─ Zoë ✓ 日 ▸") == "+- Zoe * ?? >"
    assert fit("Zoë Müller", 6, ascii_only=True) == "Zoe M~"
    assert fit("12", 4, align="right") == "  12"
