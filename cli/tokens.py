"""`headcount tokens` and `headcount entitlement`: who may sign in, and who may use the service."""

import argparse
import datetime as dt
import sys
from typing import Any

from cli.connection import Stop, call, chosen
from cli.exit_codes import DONE, FAILED
from cli.lists import print_list, typed_address, whole
from cli.output import say
from cli.tables import as_json, print_json, print_table
from client.api import Client
from contract.pages import MAX_LIMIT, PageQuery
from contract.tokens import HandedOut, NewToken, Token
from server.platform.streams import code_stands, show_once, unseen
from tui.presentation.entitlements import WHY
from tui.presentation.text import clean

__all__ = ["create_token", "entitlement", "list_tokens", "revoke_token"]


def list_tokens(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Every token, the newest first; no secrets."""
    found = call(chosen(options, flags), _all)
    if options.json:
        print_list(whole(found))
    else:
        rows = [
            (
                each.id,
                each.state.value,
                each.email,
                each.role.value,
                each.label,
                f"{each.spending_limit or ''}",
                _made_by(each),
                _day(each.last_used_at),
            )
            for each in found
        ]
        print_table(("id", "state", "e-mail", "role", "label", "limit a month", "made by", "last used"), rows)
    return DONE


async def _all(client: Client) -> list[Token]:
    return [each async for page in client.all_pages(client.tokens, PageQuery(limit=MAX_LIMIT)) for each in page.items]


def _made_by(token: Token) -> str:
    return token.made_by or "own sign-in"


def _day(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"


def create_token(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Hand a token out; it alone is printed, and never again. One that could not be printed is revoked."""
    target = chosen(options, flags)
    if unseen(sys.stdout):
        return say("Nothing was changed: the token is shown only once, and the output is closed.", FAILED)
    made = call(target, lambda client: _create(client, options), noted=True)
    if not made.token:
        message = f"The answer with the token was lost: revoke it (headcount tokens revoke {made.id}) and make another."
        raise Stop(message, FAILED)
    if show_once(as_json(made) if options.json else clean(made.token, 200)):
        return DONE
    revoked = call(target, lambda client: client.revoke_token(made.id), noted=True)
    return say(f"The token could not be shown, so it was revoked: {revoked.id}. Nobody has it.", FAILED)


async def _create(client: Client, options: argparse.Namespace) -> HandedOut:
    end = None
    if options.days is not None:
        end = (await client.overview()).as_of + dt.timedelta(days=options.days)
    return await client.create_token(
        NewToken(
            email=typed_address(options.email),
            label=options.label,
            expires_at=end,
            spending_limit=options.limit,
        )
    )


def revoke_token(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Take a token back at once."""
    token = call(chosen(options, flags), lambda client: client.revoke_token(options.id), noted=True)
    if options.json:
        print_json(token)
    else:
        print(f"Revoked {token.id} of {clean(token.email, 254)}.")
    return DONE


def entitlement(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Whether somebody may use the service now: exit code 0 if so, 1 if not."""
    found = call(chosen(options, flags), lambda client: client.entitlement(typed_address(options.who)))
    if options.json:
        print_json(found)
    else:
        until = f" until {found.until:%Y-%m-%d %H:%M} UTC" if found.until else ""
        print(f"{'entitled' if found.entitled else 'not entitled'}: {WHY[found.reason]}{until}")
    code_stands()
    return DONE if found.entitled else FAILED
