"""The list of users as a file, and the empty file to fill in."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contract.base import Query
from contract.imports import SheetFormat
from contract.users import AddedDay, UserSource, UserStatus


class Language(StrEnum):
    """The language of a file's header words."""

    ENGLISH = "en"
    FRENCH = "fr"
    GERMAN = "de"
    SPANISH = "es"


class TemplateQuery(Query):
    """Which kind of file, and whose words stand in its header."""

    format: SheetFormat = SheetFormat.CSV
    language: Language = Language.ENGLISH


class ExportQuery(TemplateQuery):
    """Which users: the same filters as for their list. They come in the order they were added."""

    search: Annotated[str, Field(max_length=200)] = ""
    status: UserStatus | None = None
    source: UserSource | None = None
    added_from: AddedDay | None = None
    added_before: AddedDay | None = None
