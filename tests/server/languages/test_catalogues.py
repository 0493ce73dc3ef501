"""The catalogues: everything said, in every language, with the same values and one term for one thing."""

import re
from pathlib import Path

import pytest

from bench.translations import MADE, as_file, brought_up, findings, source
from cli.arguments import parser
from contract.profile import Language
from server.languages import LANGUAGES, translations
from server.languages.catalogues import catalogue, path
from server.languages.voice import Voice

TRANSLATING = Path(__file__).parents[3] / "docs" / "translating.md"
COLUMNS = {"de": 1, "es": 2, "fr": 3}

_VALUE = re.compile(r"%\(\w+\)s")

FAMILIAR = {
    "de": r"\b(du|dich|dir|dein\w*|euch|euer|eure\w*)\b",
    "es": r"\b(tú|tu|tus|ti|contigo|tuy[oa]s?|vosotr[oa]s)\b",
    "fr": r"\b(tu|te|toi|ton|ta|tes)\b",
}
"""Words that speak to a friend, not to a customer."""


def _said(language: str) -> list[tuple[str, str]]:
    """Each sentence, with its translation; both forms of those that depend on a number."""
    found = []
    for message in catalogue(language):
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
            found += list(zip(ids, strings, strict=True))
    return found


@pytest.mark.parametrize("language", MADE)
def test_nothing_is_missing_guessed_or_without_its_values(language: str) -> None:
    """Every sentence of letters and pages is translated: `make translations` says what is left."""
    assert findings(language) == []


@pytest.mark.parametrize("language", MADE)
def test_the_files_are_as_they_are_written(language: str) -> None:
    """In the order of the code, so that a change of one sentence is a change of one place."""
    assert path(language).read_bytes() == as_file(brought_up(language))


def test_letters_and_pages_are_collected() -> None:
    """From code, from templates, and what depends on a number."""
    places = {file for message in source() for file, _ in message.locations}
    assert "server/notifications/wording.py" in places
    assert "server/pages/words.py" in places
    assert "server/pages/templates/join.html" in places
    assert any(isinstance(message.id, tuple) for message in source())


def _terms() -> list[list[str]]:
    rows = [line for line in TRANSLATING.read_text().partition("## One term")[2].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


@pytest.mark.parametrize("language", MADE)
def test_one_term_for_one_thing(language: str) -> None:
    """The table of `docs/translating.md` is what the catalogues say."""
    wrong = []
    for term, *words in _terms():
        stems = [each.strip().lower() for each in words[COLUMNS[language] - 1].split("/")]
        for english, said in _said(language):
            if re.search(rf"\b{term}s?\b", _VALUE.sub("", english), re.IGNORECASE) and not any(
                s in said.lower() for s in stems
            ):
                wrong.append(f"{term}: {english!r} → {said!r}")
    assert wrong == []


@pytest.mark.parametrize("language", MADE)
def test_nobody_is_addressed_as_a_friend(language: str) -> None:
    """*Sie*, *usted*, *vous*."""
    assert [said for _, said in _said(language) if re.search(FAMILIAR[language], said, re.IGNORECASE)] == []


def test_french_keeps_its_punctuation_on_the_line() -> None:
    """A blank before a colon, a semicolon and a question mark, at which no line breaks."""
    assert [said for _, said in _said("fr") if re.search(r"(?<! )[;?!](?!\w)| [:;?!]", said.replace("\xa0", " "))] == [
        said for _, said in _said("fr") if re.search(r"\xa0[:;?!]", said)
    ]


def test_the_same_languages_everywhere() -> None:
    """The server, the contract and the command line know the same ones."""
    assert {each.value for each in Language} == {"", *LANGUAGES}
    options = parser().parse_args(["profile", "edit", "--language", "browser"])
    assert options.language == "browser"
    for language in LANGUAGES:
        assert parser().parse_args(["profile", "edit", "--language", language]).language == language


def test_what_is_not_ours_is_english() -> None:
    """A language that nobody translated, or a name of something else, reads no file."""
    assert translations("nl").gettext("Sign in") == "Sign in"
    assert translations("../../etc/passwd").gettext("Sign in") == "Sign in"


def test_numbers_are_counted_as_the_language_counts() -> None:
    """Zero is several in German and one in French."""
    said = ("It can be used once more.", "It can be used %(number)s times more.")
    assert Voice("de").say_count(*said, 0) == "Er kann noch 0-mal verwendet werden."
    assert Voice("fr").say_count(*said, 0) == "Il peut encore servir une fois."
    assert Voice("en").say_count(*said, 2) == "It can be used 2 times more."
