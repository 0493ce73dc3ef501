"""The message that shares an invitation code, to be pasted into a mail or a chat. Pure."""

from urllib.parse import quote

from contract.codes import LONGEST_CODE, InvitationCode
from tui.presentation.text import clean

__all__ = ["join_page", "message_for"]


def message_for(code: InvitationCode, organisation: str, own_address: str = "") -> str:
    """Whom it is from, the page with the code filled in, the steps, and how long it holds.

    `own_address` is how this client reaches the server: it stands in for an address that the server does not name.
    """
    whose = f" of {clean(organisation, 120)}" if organisation else ""
    page = join_page(code, own_address)
    said = (
        f"Hello,\n\nyou are invited to join the subscription{whose}.\n"
        f"{_by_page(page) if page else _BY_PROFILE}\n    {clean(code.code, LONGEST_CODE)}\n\n"
    )
    return f"{said}{_held(code)}Capitals and dashes don't matter.\n"


_BY_PROFILE = "Sign in with your own account, open your profile and use this code:\n"


def _by_page(page: str) -> str:
    return (
        f"Here is how:\n\n1. Open this page:\n\n    {page}\n\n"
        "2. Sign in with your e-mail address: you get a link by mail, and need no\n   password.\n"
        "3. Press the button to use the code. It is filled in already:\n"
    )


def join_page(code: InvitationCode, own_address: str = "") -> str:
    """The page on which a code is used; empty where nobody knows how people reach the server, or for a masked code."""
    if code.join_url or not own_address or not any(map(str.isalnum, code.code)):
        return clean(code.join_url, 500)
    return f"{own_address}/join?code={quote(code.code, safe='')}"


def _held(code: InvitationCode) -> str:
    bounds = []
    if code.expires_at:
        bounds.append(f"until {code.expires_at:%d %B %Y, %H:%M} UTC".replace("until 0", "until "))
    left = code.uses_left
    if left is not None:
        bounds.append("once" if left == 1 else f"{left:,} times")
    return f"It can be used {', '.join(bounds)}. " if bounds else ""
