"""TOML that people write: what is wrong, in which line, and where a name stands."""

import importlib
import inspect
import re
import tomllib

import pytest

from contract.toml_words import _WORDS, TomlError, line_of, read_toml

TEXT = '''# first
profile = "acme"
[screen]
theme = "dark"   # a remark
note = """
theme = "none of it"
"""
[profiles.acme]
url = "https://x"
timeouts.read = 3
["profiles"."two words"]
'url' = "y"
[[plan]]
id = "a"
[[plan]]
id = "b"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("profile",), 2),
        (("screen",), 3),
        (("screen", "theme"), 4),
        (("screen", "other"), 3),
        (("profiles", "acme", "url"), 9),
        (("profiles", "acme", "timeouts", "read"), 10),
        (("profiles", "acme", "token_file"), 8),
        (("profiles", "two words", "url"), 12),
        (("plan", 1, "id"), 16),
        (("plan", 0, "price"), 13),
        (("nothing",), 0),
    ],
)
def test_a_name_is_found_with_its_line(path: tuple[str | int, ...], line: int) -> None:
    """In sections, dotted and quoted names, lists of tables; what is missing stands in its section."""
    assert line_of(TEXT, path) == line


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = \n", "line 1: the value can't be read: text needs quotes"),
        ("a = 1\nb = dark\n", "line 2: the value can't be read: text needs quotes"),
        ("a = 1\na = 2\n", "line 2: this name is given twice"),
        ("[a]\n[a]\n", "line 2: this name is given twice"),
        ("[screen\n", "line 1: the [section] is not closed"),
        ("a\n", "line 1: write it as name = value"),
        ('a = "x\nb = 1\n', "line 1: a text in quotes is not closed"),
        ("a = [1, 2\n", "line 1: a list or table is not closed"),
        ("a = 1 b = 2\n", "line 1: something stands after the value"),
        ("= 3\n", "line 1: a line starts with a name"),
        ("é = 3\n", "line 1: a line starts with a name"),
        ('a = "\\q"\n', "line 1: a text in quotes is not closed or not allowed"),
        ("a = 2026-13-45T00:00:00Z\n", "line 1: "),
    ],
)
def test_what_is_no_toml_is_said_in_our_words(text: str, says: str) -> None:
    """With the line, and nothing of what stands there: it may be a secret."""
    with pytest.raises(TomlError) as caught:
        read_toml(text.encode())
    assert str(caught.value).startswith(says)


def test_bytes_that_are_no_utf8_are_named_by_line() -> None:
    """A file saved by an old editor."""
    with pytest.raises(TomlError, match="line 2: it is not written in UTF-8"):
        read_toml(b'a = 1\nb = "\xe9"\n')


def test_every_complaint_of_the_parser_has_our_words() -> None:
    """Whatever Python's parser may say, in this version of it."""
    source = inspect.getsource(importlib.import_module("tomllib._parser"))
    said = re.findall(r"suffixed_err\([^\"]*?f?\"([^\"]+)\"", source)
    assert len(said) > 10
    assert [each for each in said if not any(re.search(pattern, each) for pattern, _ in _WORDS)] == []
    assert tomllib.loads("a = 1") == read_toml(b"\xef\xbb\xbfa = 1")
