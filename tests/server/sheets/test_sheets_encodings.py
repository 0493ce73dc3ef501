"""In what encoding a file is: proven, guessed and told as a guess, or named by somebody."""

from pathlib import Path
from typing import Any, Self

import pytest

from contract.encodings import ENCODINGS, codec_named
from server.sheets import encodings, guessing
from server.sheets.reading import open_sheet
from server.sheets.sheet import Field, Sheet, SheetFault, UnreadableSheet

FRENCH = ("René Lefèvre", "Zoë Müller", "François Gérard")
GERMAN = ("Jörg Müller", "Käthe Groß", "Günther Schäfer")
CZECH = ("Jiří Dvořák", "Tomáš Růžička", "Anežka Černá")
POLISH = ("Łukasz Wójcik", "Małgorzata Dąbrowska")
JAPANESE = ("山崎 太郎", "佐藤 花子", "鈴木 一郎")
RUSSIAN = ("Иван Петров", "Ольга Смирнова")
CHINESE = ("王 小明", "李 娜", "张 伟")
KOREAN = ("김 민수", "이 영희")
GREEK = ("Γιώργος Παπαδόπουλος", "Ελένη Νικολάου")
TURKISH = ("Ayşe Yılmaz", "Gökhan Şahin", "Çağrı Öztürk")

GUESSED = [
    (FRENCH, "cp1252"),
    (FRENCH, "mac_roman"),
    (GERMAN, "cp1252"),
    (GERMAN, "mac_roman"),
    (GERMAN, "cp850"),
    (CZECH, "cp1250"),
    (CZECH, "iso8859-2"),
    (POLISH, "cp1250"),
    (JAPANESE, "cp932"),
    (JAPANESE, "euc_jp"),
    (RUSSIAN, "cp1251"),
    (RUSSIAN, "koi8-u"),
    (RUSSIAN, "mac_cyrillic"),
    (CHINESE, "gb18030"),
    (KOREAN, "cp949"),
    (GREEK, "cp1253"),
    (TURKISH, "cp1254"),
    (JAPANESE, "utf-16-le"),
    (JAPANESE, "utf-16-be"),
    (RUSSIAN, "utf-16-le"),
]


def written(tmp_path: Path, names: tuple[str, ...], encoding: str, end: str = "\n") -> Path:
    """A file of these people."""
    rows = (f"u{number}@b.example;{name.replace(' ', ';')}" for number, name in enumerate(names))
    path = tmp_path / "people.csv"
    path.write_bytes(end.join(["email;first_name;last_name", *rows, ""]).encode(encoding))
    return path


def names_in(opened: Sheet) -> tuple[str, ...]:
    """Everybody's names."""
    return tuple(f"{row.cells[Field.FIRST_NAME]} {row.cells[Field.LAST_NAME]}" for row in opened.rows())


@pytest.mark.parametrize(("names", "encoding"), GUESSED)
def test_a_guess_is_right_and_says_that_it_is_one(tmp_path: Path, names: tuple[str, ...], encoding: str) -> None:
    """Two or three names are enough to guess by; nothing proves it, so it is a guess, and shows how names come out."""
    opened = open_sheet(written(tmp_path, names, encoding))
    assert (opened.encoding, opened.guessed) == (encoding, True)
    assert names_in(opened) == names
    first = opened.readings[0]
    assert first.codec == encoding
    assert sorted(first.names) == sorted(names)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("names", [FRENCH, JAPANESE])
def test_utf_8_and_marks_are_proof(tmp_path: Path, names: tuple[str, ...], encoding: str) -> None:
    """There is nothing to choose."""
    opened = open_sheet(written(tmp_path, names, encoding))
    assert (opened.encoding, opened.guessed, opened.readings) == (encoding, False, ())
    assert names_in(opened) == names


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_nothing_but_ascii_needs_no_guess(tmp_path: Path, encoding: str) -> None:
    """No letter could come out as another."""
    opened = open_sheet(written(tmp_path, ("Ann Lee", "Bob Ray"), encoding))
    assert (opened.guessed, names_in(opened)) == (False, ("Ann Lee", "Bob Ray"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_damaged_lines_of_a_file_in_utf_8_are_named(tmp_path: Path, end: str) -> None:
    """As many good lines as bad ones keep it UTF-8: no good line is harmed, each bad one is refused by its number."""
    lines = ["email,first name,last name", "i1@x.example,Jörg,A", "i2@x.example,J?rg,B", "i3@x.example,Ann,C"]
    path = tmp_path / "people.csv"
    path.write_bytes(end.join([*lines, ""]).encode().replace(b"J?rg", b"J\xf6rg"))
    opened = open_sheet(path)
    assert (opened.encoding, opened.guessed) == ("utf-8", False)
    assert [row.problem for row in opened.rows()] == ["", "Line 3 is damaged: it is not UTF-8.", ""]
    assert next(opened.rows()).cells[Field.FIRST_NAME] == "Jörg"
    assert [each.codec for each in opened.readings[:2]] == ["utf-8", "cp1252"]


def test_a_damaged_line_inside_a_long_cell_is_named(tmp_path: Path) -> None:
    """The line with the bytes, not the one where its record begins; one name cut in its middle stays UTF-8 too."""
    path = tmp_path / "people.csv"
    path.write_bytes(b'email,first name\na@x.example,"Ann\nJ\xc3\xb6rg\nRen\xe9"\n')
    assert [row.problem for row in open_sheet(path).rows()] == ["Line 4 is damaged: it is not UTF-8."]
    path.write_bytes("email,first name\na@x.example,山崎太".encode() + "郎".encode()[:2] + b"\n")
    assert [row.problem for row in open_sheet(path).rows()] == ["Line 2 is damaged: it is not UTF-8."]


def test_letters_lost_before_are_no_names(tmp_path: Path) -> None:
    """U+FFFD written by another program is a lost letter, in whichever encoding."""
    opened = open_sheet(written(tmp_path, ("Ren\ufffd A", "Zoë B"), "utf-8"))
    assert [bool(row.problem) for row in opened.rows()] == [True, False]


def test_somebody_may_name_the_encoding(tmp_path: Path) -> None:
    """What was named is no guess; a line that does not fit it is refused by number; others can still be chosen."""
    path = written(tmp_path, CZECH, "cp1250")
    opened = open_sheet(path, encoding="mac_roman")
    assert (opened.encoding, opened.guessed) == ("mac_roman", False)
    assert [each.codec for each in opened.readings[:2]] == ["mac_roman", "cp1250"]
    assert not open_sheet(path, encoding="cp1250").guessed
    refused = [row.problem for row in open_sheet(path, encoding="utf-8").rows()]
    assert refused == [f"Line {line} is damaged: it is not UTF-8." for line in (2, 3, 4)]


def test_a_mark_is_believed_before_anybody(tmp_path: Path) -> None:
    """A file that says itself what it is can't be read as something else; by a name of its own kind it can."""
    path = written(tmp_path, FRENCH, "utf-16")
    with pytest.raises(UnreadableSheet, match="marked as UTF-16") as caught:
        open_sheet(path, encoding="mac_roman")
    assert caught.value.code is SheetFault.ANOTHER_ENCODING
    assert names_in(open_sheet(path, encoding="utf-16-le")) == FRENCH
    assert names_in(open_sheet(written(tmp_path, FRENCH, "utf-8-sig"), encoding="utf-8")) == FRENCH


def test_names_to_choose_by_are_those_that_tell(tmp_path: Path) -> None:
    """Three names, those with other letters than ASCII's first, each person once, the same people in each encoding."""
    names = ("Ann Lee", "Jörg Müller", "Jörg Müller", "Bob Ray", "Zoë Lefèvre", "Tim Ray")
    opened = open_sheet(written(tmp_path, names, "mac_roman"))
    assert opened.readings[0].names == ("Zoë Lefèvre", "Jörg Müller", "Ann Lee")
    assert all(len(each.names) == 3 for each in opened.readings)
    windows = next(each for each in opened.readings if each.codec == "cp1250")
    assert windows.names == ("Zo‘ LefŹvre", "Jšrg Mźller", "Ann Lee")


def test_one_column_of_names_and_none_at_all(tmp_path: Path) -> None:
    """Names come from the column of full names; where no column is known, from the cell that has the letters."""
    path = tmp_path / "people.csv"
    path.write_bytes("email;Name\na@b.example;Jörg Müller\n".encode("mac_roman"))
    assert open_sheet(path).readings[0].names == ("Jörg Müller",)
    path.write_bytes("Kontakt;Ruf;x\na@b.example;Jörg;1\n".encode("mac_roman"))
    assert open_sheet(path).readings[0].names == ("Jörg",)


class Counted:
    """Counts the bytes that are read from files opened as bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read = 0
        opened = Path.open

        def counting(path: Path, mode: str = "r", *args: Any, **keywords: Any) -> Any:
            file: Any = opened(path, mode, *args, **keywords)
            if mode == "rb":
                read = file.read
                file = _Reads(file, lambda *size: self._note(read(*size)))
            return file

        monkeypatch.setattr(Path, "open", counting)

    def _note(self, data: bytes) -> bytes:
        self.read += len(data)
        return data


class _Reads:
    """A file whose reads are noted."""

    def __init__(self, file: Any, read: Any) -> None:
        self._file, self.read = file, read

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


@pytest.fixture
def lines_asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many lines the guess was made from, each time."""
    asked: list[int] = []

    def counting(lines: list[bytes], *others: Any) -> list[str]:
        asked.append(len(lines))
        return guessing.likely(lines, *others)

    monkeypatch.setattr(encodings, "likely", counting)
    return asked


def test_a_guess_reads_a_file_three_times_and_asks_about_few_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines_asked: list[int]
) -> None:
    """Bytes read are at most three times the file's, and the detector sees at most some hundred lines of it."""
    rows = "".join(f"u{number}@b.example,Jörg,Nr {number}\n" for number in range(50_000))
    path = tmp_path / "people.csv"
    path.write_bytes(f"email,first_name,last_name\n{rows}".encode("mac_roman"))
    counted = Counted(monkeypatch)
    assert encodings.detect(path).name == "mac_roman"
    assert counted.read <= 3 * path.stat().st_size + (1 << 16)
    assert lines_asked == [encodings.MOST_LINES]


@pytest.mark.parametrize(
    ("said", "codec"),
    [
        ("windows-1252", "cp1252"),
        ("Latin1", "cp1252"),
        ("ISO-8859-1", "cp1252"),
        ("Mac Roman", "mac_roman"),
        ("macintosh", "mac_roman"),
        ("Shift_JIS", "cp932"),
        ("sjis", "cp932"),
        ("windows-31j", "cp932"),
        ("GBK", "gb18030"),
        ("koi8-r", "koi8-u"),
        ("utf8", "utf-8"),
        ("UTF-16", "utf-16-le"),
        ("rot13", None),
        ("base64", None),
        ("idna", None),
        ("klingon", None),
        ("\x00", None),
        ("", None),
    ],
)
def test_an_encoding_has_many_names(said: str, codec: str | None) -> None:
    """Each of its names is understood, and none of what is no encoding of text."""
    assert codec_named(said) == codec


def test_every_encoding_is_known_by_what_it_is_called() -> None:
    """As the lists show it, and as it is typed on a command line."""
    for codec, name in ENCODINGS.items():
        assert codec_named(codec) == codec_named(name) == codec_named(name.lower().replace(" ", "-")) == codec
