"""A list as a command prints it: how many were asked for, and how many there are, so that none stops in silence."""

import argparse
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from cli.exit_codes import DONE
from cli.output import say
from client.api import Client
from contract.mailbox import NotAnAddressError, email_key, one_written, trimmed
from contract.pages import MAX_LIMIT, Page, PageQuery

__all__ = [
    "Listed",
    "gathered",
    "how_many",
    "print_list",
    "same_mailbox",
    "tell_rest",
    "typed_address",
    "whole",
    "with_email",
]


class _HasEmail(Protocol):
    @property
    def email(self) -> str: ...


M = TypeVar("M", bound=BaseModel)
P = TypeVar("P", bound=_HasEmail)
Q = TypeVar("Q", bound=PageQuery)


def how_many(options: argparse.Namespace) -> int | None:
    """The most items that are wanted; None for all."""
    return None if options.all else int(options.limit)


@dataclass(frozen=True, slots=True)
class Listed(Generic[M]):
    """The items that are printed; `total` is how many there are, None when the server does not say."""

    items: list[M]
    has_more: bool = False
    total: int | None = None


def whole(items: Sequence[M]) -> Listed[M]:
    """A list that is printed to its end."""
    return Listed(list(items), has_more=False, total=len(items))


async def gathered(
    client: Client, method: Callable[[Q], Awaitable[Page[M]]], query: Q, most: int | None, *, counts: bool = True
) -> Listed[M]:
    """The first `most` items of a list; the server counts them only when there are more, and if it `counts`."""
    size = MAX_LIMIT if most is None else max(1, min(most, MAX_LIMIT))
    found: list[M] = []
    more = False
    pages: AsyncIterator[Page[M]] = client.all_pages(method, query.model_copy(update={"limit": size}))
    async for page in pages:
        found += page.items
        more = page.has_more
        if most is not None and len(found) >= most:
            break
    if most is None or (not more and len(found) <= most):
        return whole(found)
    total = (await method(query.model_copy(update={"limit": 1, "count": True}))).total if counts else None
    return Listed(found[:most], has_more=True, total=total)


async def with_email(client: Client, method: Callable[[Q], Awaitable[Page[P]]], query: Q, email: str) -> P | None:
    """Who has this mailbox, among what a list finds by it; None when nobody does.

    Somebody whose address is written just like that comes first: an address that is none any more still finds its user.
    """
    found = typed_address(email)
    key, alike = email_key(found), None
    pages = client.all_pages(method, query.model_copy(update={"search": trimmed(found)[0][:200], "limit": MAX_LIMIT}))
    async for page in pages:
        for each in page.items:
            if each.email == email:
                return each
            if key is not None and alike is None and email_key(each.email) == key:
                alike = each
    return alike


def same_mailbox(email: str) -> str:
    """What two addresses on a command line are compared by: their mailbox; as it stands, what is no address."""
    return email_key(typed_address(email)) or email.casefold()


def typed_address(text: str) -> str:
    """The address in what was typed, such as `Ann Lee <ann@x.example>`; all of it where there is not exactly one."""
    try:
        return one_written(text).email
    except NotAnAddressError:
        return text


def print_list(listed: Listed[M]) -> None:
    """The list as one JSON object of the API's own shape: `items`, `has_more` and `total`."""
    items = [each.model_dump(mode="json") for each in listed.items]
    print(json.dumps({"items": items, "has_more": listed.has_more, "total": listed.total}))
    tell_rest(listed)


def tell_rest(listed: Listed[M]) -> None:
    """Say on the standard error that a list goes on where the printed one stops, and how to see the rest."""
    if not listed.has_more:
        return
    shown = f"{len(listed.items):,}"
    if listed.total is None:
        say(f"{shown} shown, and there are more; --all for the rest.", DONE)
    else:
        say(f"{shown} of {listed.total:,} shown; --all for the rest.", DONE)
