"""What is said to people keeps to the vocabulary of docs/words.md."""

import re

import pytest
from spoken import HOUSE, Piece, lines_of, modules, pieces_of, spoken, templates

IS_NO = re.compile(r"\b(?:this|that|it|which|\{\}) is no (?!longer\b|more\b)\w+", re.IGNORECASE)
"""“This is no text”: in English it is not a text."""


def banned() -> list[str]:
    """What stands in the last column of the vocabulary's tables, between backticks."""
    found: list[str] = []
    refuses = False
    for line in (HOUSE / "docs/words.md").read_text().splitlines():
        if line.startswith("| "):
            last = line.split("|")[-2]
            refuses = refuses or last.strip() == "not"
            found += re.findall(r"`([^`]+)`", last) if refuses else []
        elif not line.startswith("|"):
            refuses = False
    return found


def against(pieces: list[Piece], pattern: re.Pattern[str]) -> list[str]:
    """Where the pattern is said, and what."""
    return [f"{piece.where}  {piece.text}" for piece in pieces if pattern.search(piece.text)]


def test_no_word_is_said_that_the_vocabulary_refuses() -> None:
    """Each thing has the one name that docs/words.md gives it."""
    phrases = banned()
    assert len(phrases) > 60
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b", re.IGNORECASE)
    assert against(spoken(), pattern) == []


def test_nothing_is_called_no_something() -> None:
    """What a thing is not is said with “not a”."""
    assert against(spoken(), IS_NO) == []


@pytest.mark.parametrize("word", ["My subscription", "Confirm modifications", "NOT PAID", "List of users"])
def test_the_products_own_words_are_said(word: str) -> None:
    """As they are written down, letter by letter."""
    assert any(word in piece.text for piece in spoken())
    assert f"**{word}**" in (HOUSE / "docs/words.md").read_text()


def test_every_folder_with_sentences_is_read() -> None:
    """All six, and in them what is for people: no style sheet, no name of a class."""
    found = {path.relative_to(HOUSE).parts[0] for path in modules()}
    assert found == {"cli", "client", "contract", "screens", "server", "tui"}
    said = [piece.text for piece in pieces_of(HOUSE / "screens/overview/screen.py")]
    assert "No pending change" in said
    assert not any("DEFAULT_CSS" in text or "OverviewScreen" in text for text in said)
    assert any("Sign in or sign up" in piece.text for path in templates() for piece in lines_of(path))
