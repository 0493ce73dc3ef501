"""What letters say: plain text in English, a subject and paragraphs. Names from outside are made harmless here."""

import datetime as dt
import textwrap
import unicodedata
from typing import NamedTuple

from contract.events import EventKind
from contract.transfers import Direction
from server.platform.text import made_safe
from server.store.types import AnyRow

PAGE = "/request"
"""Where the link of a request leads: `PAGE?link=SECRET`."""

WIDTH = 72
_LONGEST_NAME = 60
_MARKS = 3


class Words(NamedTuple):
    """One letter: its subject, and its text without what all letters end with."""

    subject: str
    text: str


def name(value: str) -> str:
    """A name as it may stand in a letter: one line, no address of a page, nothing encoded, as long as a name is."""
    kept, marks = [], 0
    harmless = made_safe(value).replace("://", ": //").replace("=?", "= ?")
    for char in unicodedata.normalize("NFC", harmless):
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MARKS:
            kept.append(char)
    whole = "".join(kept)
    return whole if len(whole) <= _LONGEST_NAME else whole[: _LONGEST_NAME - 1] + "…"


def asking(row: AnyRow, link: str) -> Words:
    """To the person asked, whether or not the address has an account here (D25)."""
    house = name(row.organisation_name)
    return Words(
        f"{house} asks you to join its subscription",
        _text(
            f"{name(row.asker)} asks you to become a user of the subscription of {house}.",
            _quoted("Their message:", row.message),
            "What it means, and how to accept or decline:",
            link,
            f"Nothing happens unless you accept. Without an answer the request expires on {_moment(row.expires_at)}. "
            f"If you do not know {house}, you can ignore this message.",
        ),
    )


def ending(kind: EventKind, row: AnyRow, public_url: str) -> Words:
    """To the asker, of what became of the request."""
    told = _to_a_colleague if row.direction == Direction.OUTGOING.value else _to_who_wants_in
    words = told(kind, row)
    return Words(words.subject, _text(words.text, _quoted("Reason:", row.reason), "Headcount:", public_url))


def _to_a_colleague(kind: EventKind, row: AnyRow) -> Words:
    who, house = name(row.email), name(row.organisation_name)
    what = f"your request to {who} to join the subscription of {house}"
    return {
        EventKind.TRANSFER_ACCEPTED: Words(f"{who} accepted", f"{who} accepted and is a user of {house} now."),
        EventKind.TRANSFER_DECLINED: Words(f"{who} declined", f"{who} declined {what}."),
        EventKind.TRANSFER_EXPIRED: Words(
            f"{who} did not answer", f"Nobody answered {what}, and it has ended. You can open a new one."
        ),
    }.get(
        kind,
        Words(f"The request to {who} pending again", f"The decision about {what} was undone. It is pending again."),
    )


def _to_who_wants_in(kind: EventKind, row: AnyRow) -> Words:
    house = name(row.organisation_name)
    what = f"your request to join the subscription of {house}"
    return {
        EventKind.TRANSFER_ACCEPTED: Words(
            f"{house} accepted your request",
            f"{house} accepted your request: you are listed on its subscription now. Your profile says since when, and "
            "whether your seat is paid.",
        ),
        EventKind.TRANSFER_DECLINED: Words(f"{house} declined your request", f"{house} declined {what}."),
    }.get(
        kind,
        Words(f"Your request to {house} pending again", f"The decision about {what} was undone. It is pending again."),
    )


def _quoted(what: str, value: str) -> str:
    said = made_safe(value)
    if not said:
        return ""
    return what + "\n" + textwrap.fill(said, WIDTH, initial_indent="> ", subsequent_indent="> ", break_long_words=False)


def _text(*paragraphs: str) -> str:
    kept = [each if _keeps_its_lines(each) else textwrap.fill(each, WIDTH) for each in paragraphs if each]
    return "\n\n".join(kept) + "\n"


def _keeps_its_lines(paragraph: str) -> bool:
    return "\n" in paragraph or " " not in paragraph


def _moment(at: dt.datetime) -> str:
    return f"{at.day} {at:%B %Y} at {at:%H:%M} UTC"
