"""A new user as forms take one: the fields, what is typed into them, and what the server finds wrong where. Pure."""

from collections.abc import Mapping

from client.errors import HeadcountError, Invalid
from contract.users import NewUser
from tui.presentation.text import clean

__all__ = ["FIELDS", "field_errors", "from_texts"]

FIELDS = {"email": 254, "first_name": 200, "last_name": 200, "position": 200}
"""The fields of a new user and the most characters each may have, in the order of the form."""

_LEAST_ADDRESS = 3


def field_errors(error: HeadcountError) -> dict[str, str]:
    """What is wrong with which field of a new user; what is about none of them is said at the address."""
    found: dict[str, str] = {}
    if isinstance(error, Invalid):
        for each in error.fields:
            name = each.pointer.rsplit("/", 1)[-1]
            found.setdefault(name if name in FIELDS else "email", clean(each.detail))
    return found or {"email": clean(error.message)}


def from_texts(texts: Mapping[str, str]) -> NewUser | dict[str, str]:
    """What was typed as a new user, or what is wrong where before anything is sent."""
    if "@" not in texts["email"] or len(texts["email"]) < _LEAST_ADDRESS:
        return {"email": "Type an e-mail address." if not texts["email"] else "This is not an e-mail address."}
    long = {name: len(texts.get(name, "")) for name, most in FIELDS.items() if len(texts.get(name, "")) > most}
    if long:
        return {name: f"At most {FIELDS[name]} characters; there are {there:,}." for name, there in long.items()}
    return NewUser(**{name: texts.get(name, "") for name in FIELDS})
