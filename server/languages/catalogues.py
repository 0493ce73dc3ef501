"""The catalogues: files in `server/languages/catalogues/` that a translator edits, each read when it is first needed.

What is not translated, or only guessed (`fuzzy`), is said in English.
"""

import asyncio
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch", "es": "Español", "fr": "Français"}
"""Every language by its code, each called as it calls itself."""

Translations: TypeAlias = NullTranslations
"""What has `gettext` and `ngettext`: messages in one language, which Jinja2's i18n extension takes as it is."""

FOLDER = Path(__file__).with_name("catalogues")


def known(language: str) -> str:
    """A language's code if it is one of ours, else nothing."""
    return language if language in LANGUAGES else ""


@cache
def translations(language: str) -> Translations:
    """What is said in a language; English for one that is none of ours."""
    if language == ENGLISH or not known(language):
        return NullTranslations()
    from babel.messages.mofile import write_mo

    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


async def ready() -> None:
    """Have every catalogue read, in a thread: it takes long the first time, while others are answered."""
    if not _READ:
        await asyncio.to_thread(_read_all)


_READ: set[str] = set()


def _read_all() -> None:
    for language in LANGUAGES:
        translations(language)
    _READ.update(LANGUAGES)


def path(language: str) -> Path:
    """The file that a translator edits."""
    return FOLDER / f"{language}.po"


def catalogue(language: str) -> "Catalog":
    """The catalogue of a language, as it stands in its file."""
    from babel.messages.pofile import read_po

    with path(language).open("rb") as file:
        return read_po(file, locale=language)
