"""A new user as forms take one: the fields, what is typed into them, and what the server finds wrong where. Pure."""

from collections.abc import Mapping

from client.errors import HeadcountError, Invalid
from contract.mailbox import NotAnAddressError, mailbox, one_written, split_name, trimmed
from contract.users import NewUser
from tui.presentation.text import clean

__all__ = ["FIELDS", "SHORTEST_ADDRESS", "field_errors", "from_texts", "too_long"]

FIELDS = {"email": 254, "first_name": 200, "last_name": 200, "position": 200}
"""The fields of a new user and the most characters each may have, in the order of the form."""

SHORTEST_ADDRESS = 3
"""Fewer characters are not even sent."""


def field_errors(error: HeadcountError) -> dict[str, str]:
    """What is wrong with which field of a new user; what is about none of them is said at the address."""
    found: dict[str, str] = {}
    if isinstance(error, Invalid):
        for each in error.fields:
            name = each.pointer.rsplit("/", 1)[-1]
            found.setdefault(name if name in FIELDS else "email", clean(each.detail))
    return found or {"email": clean(error.message)}


def from_texts(texts: Mapping[str, str]) -> NewUser | dict[str, str]:
    """What was typed as a new user, or what is wrong where before anything is sent.

    The address may stand in `Ann Lee <ann@x.example>` or the like; the name beside it counts where none is typed. What
    is not seen around the address is sent along: the server removes it, and says so.
    """
    if not texts["email"].strip():
        return {"email": "Type an e-mail address."}
    try:
        found = one_written(texts["email"])
        mailbox(found.email)
    except NotAnAddressError as error:
        return {"email": clean(str(error))}
    named = dict(texts, email=found.email if len(found.email) <= FIELDS["email"] else trimmed(found.email)[0])
    if found.name and not (texts.get("first_name") or texts.get("last_name")):
        named["first_name"], named["last_name"] = split_name(found.name)
    if long := too_long(named):
        return {name: f"At most {FIELDS[name]} characters; there are {there:,}." for name, there in long.items()}
    return NewUser(**{name: named.get(name, "") for name in FIELDS})


def too_long(texts: Mapping[str, str]) -> dict[str, int]:
    """The fields whose text is too long, and how many characters it has: nothing is cut, for a cut name is nobody's."""
    return {name: there for name, most in FIELDS.items() if (there := len(texts.get(name, ""))) > most}
