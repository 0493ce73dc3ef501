"""Saying something in a language from code, as a template does with its `_` and `trans`."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from server.languages.catalogues import translations
from server.languages.formats import moment


@dataclass(frozen=True)
class Voice:
    """Who speaks a language. The messages are English, `%(name)s` for what comes in; extraction finds them here."""

    language: str

    def say(self, message: str, **values: Any) -> str:
        """A message in this language, with its values."""
        return translations(self.language).gettext(message) % values

    def say_count(self, one: str, several: str, number: int, **values: Any) -> str:
        """The one or the other, as this language counts; `%(number)s` is the number."""
        return translations(self.language).ngettext(one, several, number) % {"number": number, **values}

    def moment(self, at: dt.datetime) -> str:
        """A day and a time in UTC."""
        return moment(at, self.language)
