"""Quotation marks and separators as different programs write them."""

from pathlib import Path

import pytest

from server.sheets import csv as commas
from server.sheets.reading import open_sheet
from server.sheets.sheet import Field, Person

HEADER = "email,first name,last name"
STRAY = commas.STRAY


def people(tmp_path: Path, text: str) -> list[Person]:
    """Everybody in a file with this text."""
    path = tmp_path / "people.csv"
    path.write_text(text, newline="")
    return list(open_sheet(path).people())


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (r'"a@x.example","Ann \"Bo\" C","L"', ('Ann "Bo" C', "L")),
        (r'a@x.example,"Ann \"Bo\"",L', ('Ann "Bo"', "L")),
        (r'a@x.example,"\"Bo\" Lee",L', ('"Bo" Lee', "L")),
        (r'a@x.example,"He said \"a\", ok",L', ('He said "a", ok', "L")),
        (r"a@x.example,Ann \"Bo\" C,L", ('Ann "Bo" C', "L")),
        (r'a@x.example, "Ann \"Bo\", C" ,L', ('Ann "Bo", C', "L")),
        (r'a@x.example,"Ann \"B\\o\"",L', ('Ann "B\\o"', "L")),
        (r'a@x.example,"C:\dir","D\"', ("C:\\dir", "D\\")),
        (r'a@x.example,"x\",y', ("x\\", "y")),
        (r'a@x.example,"DOM\user",y', ("DOM\\user", "y")),
        ('a@x.example, "Ann, Eva", "One"', ("Ann, Eva", "One")),
        ('a@x.example,\t"Ann, Eva",\u00a0"One"', ("Ann, Eva", "One")),
        ('a@x.example,"Ann, Eva" , "One" ', ("Ann, Eva", "One")),
        ('a@x.example,"a, ""b"" c","d "" , e"', ('a, "b" c', 'd " , e')),
        ('a@x.example," ""Bo"" Lee",L', (' "Bo" Lee', "L")),
        ('a@x.example,Ann "Bo" C,L', ('Ann "Bo" C', "L")),
    ],
)
def test_each_way_to_write_a_quotation_mark_is_read(tmp_path: Path, line: str, names: tuple[str, str]) -> None:
    """Doubled or behind a backslash, with blanks around it or without; a backslash before anything else is one."""
    for end in ("\n", "\r\n", ""):
        ((_, email, *found, _, problem),) = people(tmp_path, f"{HEADER}\n{line}{end}")
        assert (email.strip(), tuple(found), problem) == ("a@x.example", names, "")


def test_ways_may_change_from_line_to_line(tmp_path: Path) -> None:
    """Also within cells of several lines; the numbers stay the file's."""
    text = f'{HEADER}\na@x.example,"Ann\nTwo \\"x\\" y",L\nb@x.example, "B, C",""\nc@x.example,"C ""D""",L\n'
    assert [(row[0], row[2], row[5]) for row in people(tmp_path, text)] == [
        (2, 'Ann\nTwo "x" y', ""),
        (4, "B, C", ""),
        (5, 'C "D"', ""),
    ]


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ('a@x.example,"Ann,L\nb@x.example,Bob,L\n', {2: "The quotation mark opened on line 2 is never closed."}),
        ('a@x.example,"Ann,L\nb@x.example,"Bob",L\n', {2: "The quotation mark opened on line 2 is never closed."}),
        ('a@x.example,A,L\nb@x.example,Bob,"L', {3: "The quotation mark opened on line 3 is never closed."}),
        ('a@x.example,"Ann "Bo" C",L\nb@x.example,Bob,L\n', {2: STRAY}),
    ],
)
def test_marks_that_make_no_sense_cost_their_own_row(tmp_path: Path, body: str, problems: dict[int, str]) -> None:
    """The row is refused and says on which line the quotation mark was opened; those behind it come as they are."""
    found = people(tmp_path, f"{HEADER}\n{body}")
    assert {row[0]: row[5] for row in found if row[5]} == problems
    assert [row[1] for row in found] == ["a@x.example", "b@x.example"]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ('E-mail;Name\na@x.example;"Lee, Ann"\nb@x.example;Lee, Bob, Carl\n', ";"),
        ("a@x.example;Lee, Ann\nb@x.example;Lee, Bob\n", ";"),
        ("Name\tMail\nLee, Ann; Dr.\ta@x.example\nLee, Bob; Dr.\tb@x.example\n", "\t"),
        ("Ann|Lee|a@x.example\nBob|Lee|b@x.example\n", "|"),
        ("Kontakt|Ruf|Sippe\na@x.example|Ann, Eva|Lee\n", "|"),
        ('"E-mail";"Name"\n"a@x.example";"Lee; Ann, Dr."\n', ";"),
        ("email ; first name\na@x.example ; Ann, Eva\n", ";"),
        ("email,position\na@x.example,a;b;c|d\nb@x.example,\n", ","),
        (HEADER + '\na@x.example, "Ann; Eva", "B|C"\n', ","),
    ],
)
def test_the_separator_is_the_one_that_makes_sense(tmp_path: Path, text: str, delimiter: str) -> None:
    """Other separators inside cells, however many, are text."""
    path = tmp_path / "people.csv"
    path.write_text(text, newline="")
    opened = open_sheet(path)
    assert opened.delimiter == delimiter
    assert Field.EMAIL in opened.mapping or opened.header[0] == "Kontakt"


@pytest.fixture
def lines_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many lines were handed to readers of records."""
    total, following = [0], commas._Lines.__next__

    def counting(lines: commas._Lines) -> str:
        total[0] += 1
        return following(lines)

    monkeypatch.setattr(commas._Lines, "__next__", counting)
    return total


@pytest.mark.parametrize("line", ['x"y,"z\n', 'a@x.example,"Ann \\"\\"" B",L\n', 'x, "y \\" z\n', r'a,"b\"","c' + "\n"])
def test_marks_that_make_no_sense_are_not_searched_for_long(tmp_path: Path, lines_read: list[int], line: str) -> None:
    """However a file of such lines is read, each is looked at some few times, not once with each of those before it."""
    many = 5_000
    people(tmp_path, "email,first name\n" + line * many)
    few, some = 20, 500_000
    assert lines_read[0] < few * many + some
