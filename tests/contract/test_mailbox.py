"""An address and its mailbox: what is taken, what is refused and why, and which two are the same."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mailbox_cases import REFUSED, TAKEN, WRITTEN, Case

from contract import mailbox as module
from contract.mailbox import (
    NotAnAddressError,
    Written,
    described,
    email_key,
    mailbox,
    one_written,
    split_name,
    trimmed,
    visible,
    with_readable_domains,
    written,
)

HIDDEN = "\u200b\u00ad\u2060\u200d\u200c\ufeff\u200e\u202e\u034f\u3164\u2800\ufe0f\u180e\U000e0041"
WORDS = st.text("abcXYZ\u00df\u00e9\u00c9\u0130\u03a3\u03c3\u03c2\u0451\u4f8b\u1e9e", min_size=1, max_size=6)
DOMAINS = st.sampled_from(
    ["x.example", "stra\u00dfe.example", "xn--strae-oqa.example", "B\u00fccher.example", "\u4f8b\u3048.example"]
)
AROUND = st.text(" \t\u00a0" + HIDDEN, max_size=3)


@pytest.mark.parametrize("case", TAKEN, ids=lambda case: ascii(case.text)[:30])
def test_an_address_has_the_key_of_its_mailbox(case: Case) -> None:
    """What is around it is removed and named; the rest is kept as it was written."""
    found = mailbox(case.text)
    assert (found.key, found.remark) == (case.key, case.remark)
    assert found.email == unicodedata.normalize("NFC", trimmed(case.text)[0])


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: ascii(case.text)[:30])
def test_what_is_no_address_is_refused_with_its_reason(case: Case) -> None:
    """The sentence names the character or the limit, and says what to do."""
    with pytest.raises(NotAnAddressError) as found:
        mailbox(case.text)
    assert str(found.value) == case.refused
    assert email_key(case.text) is None


@pytest.mark.parametrize("hidden", HIDDEN, ids=lambda char: f"{ord(char):04X}")
@pytest.mark.parametrize("shape", ["a{}b@x.example", "ab@x{}y.example", "ab@x.exam{}ple", "ab{}@x.example"])
def test_nothing_unseen_makes_a_second_mailbox(hidden: str, shape: str) -> None:
    """Inside an address it is refused by its name, wherever it stands."""
    with pytest.raises(NotAnAddressError) as found:
        mailbox(shape.format(hidden))
    assert str(found.value) == f"Remove {described(hidden)} from the address."


@settings(max_examples=150, deadline=None)
@given(WORDS, DOMAINS, AROUND, AROUND)
def test_equal_mailboxes_have_equal_keys(local: str, domain: str, before: str, after: str) -> None:
    """Whatever the composition, the case, the form of the domain, and what is around; the key of a key is itself."""
    key = email_key(f"{local}@{domain}")
    if key is None:
        return
    assert email_key(key) == key
    same = [f"{before}{local}@{domain}{after}", f"{unicodedata.normalize('NFD', local)}@{domain}"]
    same += [f"{unicodedata.normalize('NFC', local).lower()}@{domain}", f"{local}@{key.partition('@')[2].upper()}"]
    assert {email_key(each) for each in same} == {key}
    found = mailbox(same[0])
    assert mailbox(found.email) == (found.email, key, "")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_has_one_key_or_a_reason(local: str, domain: str) -> None:
    """Normalising twice changes nothing, no key has anything unseen in it, and nothing else is ever raised."""
    text = f"{local}@{domain}.example"
    try:
        found = mailbox(text)
    except NotAnAddressError:
        return
    assert mailbox(found.key).key == mailbox(found.email).key == found.key
    assert visible(found.key) == found.key
    assert found.key.partition("@")[2].isascii()


def test_no_letter_is_folded_into_another() -> None:
    """Of every letter the key has the lower case, in normal form C: no two mailboxes become one by folding."""
    keys: dict[str, str] = {}
    for number in range(0xA0, 0x3000):
        char = chr(number)
        key = email_key(f"a-{char}@x.example")
        if key is None or unicodedata.normalize("NFC", char) != char:
            continue
        lower = unicodedata.normalize("NFC", char.lower())
        assert key == f"a-{lower}@x.example"
        assert keys.setdefault(key, lower) == lower


@pytest.mark.parametrize(("text", "first", "last"), WRITTEN, ids=[each[0] for each in WRITTEN])
def test_an_address_is_found_in_what_people_paste(text: str, first: str, last: str) -> None:
    """Brackets, quotes, `mailto:` and punctuation come off; the name beside it is told apart."""
    found = one_written(text)
    assert found.email == "ann@x.example"
    assert split_name(found.name) == (first, last)
    assert one_written(found.email) == Written("ann@x.example")


def test_what_is_unseen_stays_around_a_written_address() -> None:
    """`mailbox` removes it, and names it: taking a form apart loses nothing of that."""
    found = one_written("\u200b<ann@x.example>;\u00a0")
    assert mailbox(found.email).remark.startswith("Removed around the address: U+200B zero width space")


def test_several_addresses_are_told_apart_or_refused() -> None:
    """A list of receivers gives each; where one is wanted, the sentence says how many there are."""
    text = 'Ann Lee <ann@x.example>; "Roe, Bo" <bo@x.example>, c@x.example\nd@x.example'
    assert written(text) == [
        Written("ann@x.example", "Ann Lee"),
        Written("bo@x.example", "Roe, Bo"),
        Written("c@x.example"),
        Written("d@x.example"),
    ]
    with pytest.raises(NotAnAddressError, match="These are 4 addresses: give each a row of its own"):
        one_written(text)


def test_a_form_that_is_none_is_left_as_it_is() -> None:
    """So that the refusal is about what was typed."""
    assert one_written("Ann Lee ann@x.example") == Written("Ann Lee ann@x.example")
    assert one_written("") == Written("")
    assert one_written(";") == Written(";")
    assert one_written('"ann lee"@x.example') == Written('"ann lee"@x.example')


def test_domains_are_read_in_their_own_letters() -> None:
    """Wherever they stand in a text; what stands for nothing stays."""
    assert with_readable_domains("a@XN--strae-oqa.example xn--a") == "a@stra\u00dfe.example xn--a"


def test_a_plain_address_costs_one_match(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearly all are plain, and files have a million: counted are closer looks."""
    looks: list[str] = []

    def looked(text: str) -> tuple[str, str]:
        looks.append(text)
        return trimmed(text)

    monkeypatch.setattr(module, "trimmed", looked)
    assert [email_key(f"Person.{number}@mail.example.org") for number in range(100)][7] == "person.7@mail.example.org"
    assert looks == []
    assert email_key(" person@x.example") == "person@x.example"
    assert len(looks) == 1
