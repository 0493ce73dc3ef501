"""`headcount codes`: the invitation codes, without a screen."""

import argparse
import datetime as dt
import json
import unicodedata
from typing import Any

from cli.connection import Stop, call, chosen
from cli.exit_codes import CANCELLED, DONE, FAILED, NOT_ALLOWED, USAGE
from cli.lists import print_list, whole
from cli.output import agreed, can_ask, say
from cli.tables import print_json, print_table
from client.api import Client
from client.errors import NotFound
from client.protocol import is_identifier
from contract.codes import CodeChanges, CodesQuery, CodeState, CodeUse, InvitationCode, NewCode
from contract.pages import MAX_LIMIT, PageQuery
from tui.presentation.code_message import message_for
from tui.presentation.text import clean
from tui.presentation.wording import count

__all__ = ["create", "delete", "list_all", "message", "show", "switch_off", "switch_on", "uses"]

_LONGEST = 60


def list_all(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """The codes, newest first: a table, or one JSON object a line."""
    state = CodeState(options.state) if options.state else None
    found = call(chosen(options, flags), lambda client: _all(client, CodesQuery(state=state, limit=MAX_LIMIT)))
    if options.json:
        print_list(whole(found))
    elif found:
        rows = [
            (each.code, each.state.value.replace("_", " "), _used(each), _end(each), each.created_by) for each in found
        ]
        print_table(("code", "state", "uses", "expires", "made by"), rows, right=(2,))
    else:
        print("No codes in this state." if state else "No invitation codes yet.")
    return DONE


def _used(code: InvitationCode) -> str:
    return f"{code.uses:,}" if code.max_uses is None else f"{code.uses:,}/{code.max_uses:,}"


def _end(code: InvitationCode) -> str:
    return f"{code.expires_at:%Y-%m-%d %H:%M}" if code.expires_at else "never"


async def _all(client: Client, query: CodesQuery) -> list[InvitationCode]:
    return [code async for page in client.all_pages(client.codes, query) for code in page.items]


def create(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Make a code; it alone is printed, so that a script can hand it on."""
    made = call(chosen(options, flags), lambda client: _create(client, options), noted=True)
    if options.json:
        print_json(made)
    else:
        print(clean(made.code, 60))
    return say(clean(made.remark, 300), DONE) if made.remark else DONE


async def _create(client: Client, options: argparse.Namespace) -> InvitationCode:
    end = options.until
    if options.days is not None:
        end = (await client.overview()).as_of + dt.timedelta(days=options.days)
    return await client.create_code(NewCode(code=options.code or "", max_uses=options.uses, expires_at=end))


def show(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """One code."""
    return _print(call(chosen(options, flags), lambda client: _find(client, options.code)), as_json=options.json)


def _print(code: InvitationCode, *, as_json: bool) -> int:
    if as_json:
        print_json(code)
    else:
        print(f"{clean(code.code, 60)}  {code.state.value.replace('_', ' ')}, used {_used(code)}, expires {_end(code)}")
    return DONE


def message(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """A message that shares a code, to be pasted into a mail or a chat."""
    code, said = call(chosen(options, flags), lambda client: _message(client, options.code))
    if options.json:
        print(json.dumps({"code": code.code, "join_url": code.join_url, "message": said}))
    else:
        print(said, end="")
    return DONE


async def _message(client: Client, wanted: str) -> tuple[InvitationCode, str]:
    code, me = await _find(client, wanted), await client.me()
    return code, message_for(code, me.organisation_name, client.web_address)


def switch_off(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """From now on it lets nobody in."""
    return _switch(options, flags, CodeChanges(enabled=False))


def switch_on(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """It lets people in again."""
    return _switch(options, flags, CodeChanges(enabled=True))


def _switch(options: argparse.Namespace, flags: dict[str, Any], changes: CodeChanges) -> int:
    async def switched(client: Client) -> InvitationCode:
        return await client.change_code((await _find(client, options.code)).id, changes)

    return _print(call(chosen(options, flags), switched, noted=True), as_json=options.json)


def delete(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Delete a code after a yes; who came in with it stays."""
    target = chosen(options, flags)
    code = call(target, lambda client: _find(client, options.code))
    if target.profile.read_only:
        return say("This profile is read-only: it can't change anything.", NOT_ALLOWED)
    if not options.yes and not _agreed(code):
        return say("Nothing was changed.", CANCELLED)
    gone = call(target, lambda client: client.delete_code(code.id, version=code.version), noted=True)
    if options.json:
        print_json(gone)
    else:
        print(f"Deleted {clean(gone.code, 60)}; {count(gone.uses, 'user')} who joined with it stay.")
    return DONE


def _agreed(code: InvitationCode) -> bool:
    """Ask on the terminal; only yes is yes."""
    if not can_ask():
        message = "Not confirmed: this is not a terminal. Use --yes to delete it."
        raise Stop(message, USAGE)
    return agreed(f"Delete {clean(code.code, 60)}, used {_used(code)}? This can't be undone.")


def uses(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Users who joined with a code, newest first."""
    found = call(chosen(options, flags), lambda client: _uses(client, options.code))
    if options.json:
        print_list(whole(found))
    elif found:
        rows = [(f"{each.used_at:%Y-%m-%d %H:%M}", each.name, each.email, each.status.value) for each in found]
        print_table(("used", "name", "e-mail", "status"), rows)
    else:
        print("Nobody has used it yet.")
    return DONE


async def _uses(client: Client, wanted: str) -> list[CodeUse]:
    code = await _find(client, wanted)

    async def page(query: PageQuery) -> Any:
        return await client.code_uses(code.id, query)

    return [use async for found in client.all_pages(page, PageQuery(limit=MAX_LIMIT)) for use in found.items]


async def _find(client: Client, wanted: str) -> InvitationCode:
    """The code as it is typed, without regard to case and separators, or by its id."""
    if wanted.startswith("inc_") and is_identifier(wanted):
        try:
            return await client.code(wanted)
        except NotFound as error:
            raise _unknown(wanted) from error
    letters = _letters(wanted)
    for code in await _all(client, CodesQuery(search=letters[:_LONGEST], limit=MAX_LIMIT)):
        if letters and _letters(code.code) == letters:
            return code
    raise _unknown(wanted)


def _letters(typed: str) -> str:
    plain = unicodedata.normalize("NFKD", typed).casefold()
    return "".join(filter(str.isalnum, plain))


def _unknown(wanted: str) -> Stop:
    return Stop(f"Unknown code {clean(wanted, 60)!r} here; headcount codes list shows all of them.", FAILED)
