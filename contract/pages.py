"""Lists: never without pages (the cursor is opaque and carries the sort key)."""

from typing import Annotated, Generic, TypeVar

from pydantic import Field

from contract.base import Answer, Query

T = TypeVar("T")

MAX_LIMIT = 500
"""The most items one page may hold."""


class Page(Answer, Generic[T]):
    """A slice of a list. `total` is there only when `count=true` was asked."""

    items: tuple[T, ...]
    next_cursor: str | None = None
    has_more: bool = False
    total: int | None = None


class PageQuery(Query):
    """What every list understands. `offset` and `cursor` exclude each other."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 100
    cursor: Annotated[str, Field(max_length=2000)] | None = None
    offset: Annotated[int, Field(ge=0, le=100_000_000)] | None = None
    count: bool = False
