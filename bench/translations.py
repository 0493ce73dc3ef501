"""`make translations`: what is said to people is collected from the code and the templates, into the catalogues.

A translator edits the files in `server/languages/catalogues/`, one for each language. New sentences come in empty,
those that were only worded anew come in marked as `fuzzy` with the old translation, and what is not said any more
leaves.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from server.languages.catalogues import ENGLISH, LANGUAGES, catalogue, path

ROOT = Path(__file__).resolve().parents[1]

CODE = ("server/notifications/wording.py", "server/pages/**/*.py")
TEMPLATES = ("server/pages/templates/*.html",)

KEYWORDS = {"_": None, "gettext": None, "say": None, "ngettext": (1, 2), "say_count": (1, 2)}
"""What a sentence is handed to, and which of its arguments are sentences."""

TEMPLATE_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "encoding": "utf-8"}
"""As the server reads them."""

MADE = (*(language for language in LANGUAGES if language != ENGLISH),)

_PLACE = re.compile(r"%\((\w+)\)[sd]")


def source() -> Catalog:
    """Everything that is said, in English, with where it is said."""
    found = Catalog(project="Headcount", charset="utf-8", fuzzy=False)
    for file, place, message, comments in sorted(_messages(), key=lambda each: (each[0], each[1])):
        found.add(message, None, [(file, place)], auto_comments=comments)
    return found


def _messages() -> Iterator[tuple[str, int, str | tuple[str, ...], list[str]]]:
    for method, patterns, options in (("python", CODE, {}), ("jinja2.ext:babel_extract", TEMPLATES, TEMPLATE_OPTIONS)):
        for pattern in patterns:
            for file in sorted(ROOT.glob(pattern)):
                name = file.relative_to(ROOT).as_posix()
                read = io.BytesIO(file.read_bytes())
                for line, message, comments, _ in extract(method, read, KEYWORDS, ("Translators:",), dict(options)):
                    yield name, line, message, comments


def brought_up(language: str) -> Catalog:
    """A language's catalogue with everything that is said now."""
    found = catalogue(language)
    found.update(source(), no_fuzzy_matching=False, keep_user_comments=True)
    found.obsolete.clear()
    return found


def as_file(found: Catalog) -> bytes:
    """A catalogue as its file holds it: in the order of the code, without dates and lines, which change for nothing."""
    out = io.BytesIO()
    write_po(out, found, width=110, omit_header=True, include_lineno=False, sort_by_file=False)
    return _head(found).encode() + out.getvalue()


def _head(found: Catalog) -> str:
    locale, plurals = found.locale_identifier, found.plural_forms
    lines = (f"Language: {locale}", "Content-Type: text/plain; charset=utf-8", f"Plural-Forms: {plurals};")
    fields = "".join(f'"{line.replace(";;", ";")}\\n"\n' for line in lines)
    return f'# docs/translating.md says how.\nmsgid ""\nmsgstr ""\n{fields}\n'


def findings(language: str) -> list[str]:
    """What is wrong with a catalogue: missing, guessed, or with other values than its source."""
    wrong = []
    for message in brought_up(language):
        if message.id:
            wrong += [f"{language}: {why}: {message.id!r}" for why in _wrong(message)]
    return wrong


def _wrong(message: object) -> Iterator[str]:
    ids, strings = _several(message.id), _several(message.string)  # type: ignore[attr-defined]
    if message.fuzzy:  # type: ignore[attr-defined]
        yield "only guessed"
    if not all(strings):
        yield "missing"
        return
    wanted = set().union(*(_PLACE.findall(each) for each in ids))
    for each in strings:
        if set(_PLACE.findall(each)) - wanted or (len(ids) == 1 and set(_PLACE.findall(each)) != wanted):
            yield "other values than in English"


def _several(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def main() -> int:
    """Write the catalogues; says what is left to translate."""
    for language in MADE:
        path(language).write_bytes(as_file(brought_up(language)))
    left = [each for language in MADE for each in findings(language)]
    sys.stdout.write("".join(f"{each}\n" for each in left))
    return 1 if left else 0


if __name__ == "__main__":
    raise SystemExit(main())
