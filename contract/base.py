"""The two kinds of wire model: what a server answers and what a client sends.

Answers ignore fields they do not know, so that a newer server can talk to an older client.
Bodies refuse them, so that a misspelt field is an error with a pointer instead of a silent nothing.
Each model is built when it is first used: a start uses few of them.
"""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Instant = AwareDatetime
"""A moment with its offset; the server always writes UTC."""

Version = Annotated[int, Field(ge=1)]
"""Counts the changes of one resource; `ETag` is this number in quotes."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}_[A-Za-z0-9]{1,40}$")]
"""A prefix that names the kind, an underscore, and up to 40 letters and digits."""

ShortText = Annotated[str, StringConstraints(max_length=200)]
EmailText = Annotated[str, StringConstraints(min_length=3, max_length=254)]


class Answer(BaseModel):
    """Something a server says."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="ignore")


class Body(BaseModel):
    """Something a client sends. Strict: `false` is not 0 and `"3"` is not 3.

    `TELLS_NONE` are the fields of which null says something else than absence.
    """

    TELLS_NONE: ClassVar[frozenset[str]] = frozenset()

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid", strict=True)


class Query(BaseModel):
    """The query string of a read. Lenient about types, since all of it arrives as text."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")


def full_name(first_name: str, last_name: str, email: str) -> str:
    """First and last name, or the address of somebody who gave neither."""
    return f"{first_name} {last_name}".strip() or email
