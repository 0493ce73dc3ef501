"""The rows of the form that adds users: what is pasted, and one result each."""

import pytest
from made import make_user

from client.errors import CLASSES, HeadcountError
from contract.problems import PROBLEMS, FieldError, ItemProblem, Problem, ProblemCode
from contract.users import NewUser, UserStatus
from screens.shared.new_user import field_errors, from_texts
from screens.users.new_rows import Entry, Stage, from_lines, tally
from tui.presentation.tones import pieces


def refusal(code: ProblemCode, *errors: FieldError) -> HeadcountError:
    """What the client makes of a problem."""
    kind = PROBLEMS[code]
    return CLASSES[code](kind.title, problem=Problem(title=kind.title, status=kind.status, code=code, errors=errors))


def said(entry: Entry) -> str:
    """Its line without tones."""
    return "".join(text for text, _ in pieces(entry.line))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("ana@acme.example", ("ana@acme.example", "", "", "")),
        ("Ana Silva <ana@acme.example>", ("ana@acme.example", "Ana", "Silva", "")),
        ('"Ana Maria Silva" <ana@acme.example>,', ("ana@acme.example", "Ana Maria", "Silva", "")),
        ("<ana@acme.example>", ("ana@acme.example", "", "", "")),
        ("Ana <ana@acme.example>", ("ana@acme.example", "Ana", "", "")),
        ("ana@acme.example,Ana,Silva,Surveyor", ("ana@acme.example", "Ana", "Silva", "Surveyor")),
        ("Ana\tSilva\tana@acme.example\tSurveyor", ("ana@acme.example", "Ana", "Silva", "Surveyor")),
        (" ana@acme.example ; Ana ; Silva ", ("ana@acme.example", "Ana", "Silva", "")),
        ("ana@acme.example,a,b,c,too,many", ("ana@acme.example", "a", "b", "c")),
        ('"Silva, Ana" <ana@acme.example>', ("ana@acme.example", "Ana", "Silva", "")),
        ("mailto:ana@acme.example?subject=Hello", ("ana@acme.example", "", "", "")),
        ("ana@acme.example.", ("ana@acme.example", "", "", "")),
        ("ana@acme.example;", ("ana@acme.example", "", "", "")),
        ("ana@acme.example;\tAna\tSilva", ("ana@acme.example", "Ana", "Silva", "")),
        ("\u200bana@acme.example", ("\u200bana@acme.example", "", "", "")),
    ],
)
def test_lines_as_people_have_them(row: str, expected: tuple[str, ...]) -> None:
    """A column of addresses, addresses of a mail program, cells of a table."""
    (new,), without = from_lines(row)
    assert (new.email, new.first_name, new.last_name, new.position) == expected
    assert without == 0


def test_one_line_may_hold_many() -> None:
    """The receivers of a letter are a row each; an address that is none stands among them, to be told so."""
    people, without = from_lines(
        'Ana <ana@acme.example>; "Roe, Bo" <bo@acme.example>, <c@1.2.3.4>\na@x.example, A, b@x.example'
    )
    assert [(new.email, new.first_name, new.last_name) for new in people] == [
        ("ana@acme.example", "Ana", ""),
        ("bo@acme.example", "Bo", "Roe"),
        ("c@1.2.3.4", "", ""),
        ("a@x.example, A, b@x.example", "", ""),
    ]
    assert without == 0


def test_two_forms_of_one_mailbox_are_one_row() -> None:
    """By what the server compares: case, a domain in either form, characters around; other letters are others."""
    lines = "a@straße.example\nA@xn--strae-oqa.example\n\u00a0a@STRAßE.example\na@strasse.example\n"
    assert [new.email for new in from_lines(lines)[0]] == ["a@straße.example", "a@strasse.example"]
    assert from_lines("a@\n@a\n" + "a" * 300 + "@x.example") == ([], 3)


def test_doubles_and_lines_without_address_are_counted() -> None:
    """An address is taken once, whatever its case; a heading is no address."""
    people, without = from_lines("E-mail\nana@acme.example\n\nANA@acme.example\nbo@acme.example\n")
    assert [new.email for new in people] == ["ana@acme.example", "bo@acme.example"]
    assert without == 1


def test_an_address_is_looked_at_before_anything_is_sent() -> None:
    """The rest is the server's business."""
    assert from_texts({"email": ""}) == {"email": "Type an e-mail address."}
    assert from_texts({"email": "ana"}) == {"email": "This is not an e-mail address."}
    assert from_texts({"email": "ana@acme"}) == {"email": "The domain acme has no ending such as .com."}
    assert from_texts({"email": "a\u200bna@b.example"}) == {"email": "Remove U+200B zero width space from the address."}
    made = from_texts({"email": "a@b.example", "first_name": "x" * 200})
    assert made == NewUser(email="a@b.example", first_name="x" * 200)
    long = {"first_name": "At most 200 characters; there are 300."}
    assert from_texts({"email": "a@b.example", "first_name": "x" * 300}) == long


def test_a_pasted_line_that_is_too_long_is_left_out_and_counted_never_cut() -> None:
    """A name that would have to be cut is nobody's name, wherever it stands in the line."""
    assert from_lines(f"ana@acme.example,{'x' * 201}\nbo@acme.example") == ([NewUser(email="bo@acme.example")], 1)
    assert from_lines(f"{'x' * 201} <ana@acme.example>; bo@acme.example") == ([NewUser(email="bo@acme.example")], 1)


def test_a_name_beside_the_address_fills_empty_fields_only() -> None:
    """What a mail program copies is taken apart in the form as everywhere; a name that was typed stays."""
    assert from_texts({"email": '"Silva, Ana" <ana@acme.example>'}) == NewUser(
        email="ana@acme.example", first_name="Ana", last_name="Silva"
    )
    typed = {"email": "Ana Silva <ana@acme.example>;", "first_name": "Anna"}
    assert from_texts(typed) == NewUser(email="ana@acme.example", first_name="Anna")
    assert from_texts({"email": "a@x.example, b@x.example"}) == {
        "email": "These are 2 addresses: give each a row of its own."
    }


def test_the_outcome_stands_beside_the_name() -> None:
    """Active, NOT PAID, outside, or the reason."""
    entry = Entry(NewUser(email="ana@acme.example", first_name="Ana", last_name="Silva"), Stage.SENDING)
    assert said(entry) == "· Ana Silva  ana@acme.example  saving…"
    entry.added(make_user(status=UserStatus.NOT_PAID))
    assert said(entry) == "✓ Ana Silva  ana@acme.example  ! NOT PAID"
    entry.added(make_user(remark="Removed around the address: U+200B zero width space."))
    assert said(entry).endswith("  Removed around the address: U+200B zero width space.")
    entry.failed(refusal(ProblemCode.NEEDS_TRANSFER), "")
    assert said(entry) == "! Ana Silva  ana@acme.example  belongs to an account outside"
    entry.refused(ItemProblem(code=ProblemCode.ALREADY_USER, detail="Already on the list of users.", pointer="/add/0"))
    assert said(entry).endswith("Already on the list of users.")
    assert entry.wrong == {"email": "Already on the list of users."}


def test_an_error_belongs_to_its_field() -> None:
    """By the pointer into what was sent; what is about no field is said at the address."""
    wrong = refusal(
        ProblemCode.UNSAFE_TEXT, FieldError(pointer="/last_name", code="unsafe_text", detail="Remove the control.")
    )
    assert field_errors(wrong) == {"last_name": "Remove the control."}
    assert field_errors(refusal(ProblemCode.ALREADY_USER)) == {"email": "This address is already on the list of users"}


def test_the_tally_counts_what_there_is() -> None:
    """Nothing is said about what did not happen."""
    new = NewUser(email="ana@acme.example")
    entries = [Entry(new, Stage.ADDED), Entry(new, Stage.ADDED), Entry(new, Stage.FAILED)]
    assert tally(entries) == "2 added, 1 failed"
    assert tally([]) == ""
