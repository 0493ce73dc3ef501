"""`headcount profile`: one's own account, without a screen."""

import argparse
from typing import Any

from cli.connection import Stop, Target, call, chosen
from cli.exit_codes import CANCELLED, CONFLICT, DONE, NOT_ALLOWED, USAGE
from cli.lists import print_list, whole
from cli.output import agreed, can_ask, say
from cli.tables import print_json, print_table
from client.api import Client
from contract.base import Answer
from contract.codes import RedeemCode
from contract.pages import MAX_LIMIT, PageQuery
from contract.profile import AcceptOffer, AskToJoin, Language, Own, OwnProfile, OwnTransfer, ProfileChanges
from contract.sign_ins import SignIn, SignInKind
from contract.transfers import Reason
from tui.presentation.entitlements import WHY
from tui.presentation.limit_words import left_words
from tui.presentation.memberships import belongs, contact, house_used, seat_words, way_in
from tui.presentation.text import clean
from tui.presentation.wording import count

__all__ = [
    "accept",
    "cancel",
    "decline",
    "edit",
    "join",
    "leave",
    "open_link",
    "redeem",
    "show",
    "sign_ins",
    "sign_out",
    "transfers",
    "undo",
]

_NOTHING = "Nothing was changed."


def show(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Who this is, what it uses and may use, what it pays for."""
    own = call(chosen(options, flags), lambda client: client.own_profile())
    if options.json:
        print_json(own)
        return DONE
    account = own.me.account
    print(f"{clean(account.name, 120)} <{clean(account.email, 254)}>")
    print("\n".join(f"{said[:1].upper()}{said[1:]}." for said in (*belongs(own), *_nowhere(own))))
    print(_standing(own))
    if own.uses is not None:
        print(f"Since {way_in(own)}; seat: {seat_words(own)}.")
    if (house := house_used(own)) and (who := contact(own, house)):
        print(f"Contact: {who}")
    if left := left_words(own.me):
        print(f"{left}.")
    if not own.me.own_sign_in:
        print(
            "This token was issued by your organisation: requests, codes, your name and leaving need your own sign-in."
        )
    for each in own.owns:
        print(f"Pays for {clean(each.label, 120)} ({clean(each.organisation, 120)}).")
    for offer in own.ownership:
        if offer.undo_until is None:
            asker, whose = clean(offer.sender.name, 60), clean(offer.organisation, 120)
            print(f"{asker} asks you to become the main account of {whose}, which pays for its subscription:")
            print("headcount ownership accept, or headcount ownership decline.")
    if own.waiting:
        print(f"{count(len(own.waiting), 'request')} waiting: headcount profile transfers")
    return DONE


def _nowhere(own: OwnProfile) -> tuple[str, ...]:
    return () if own.memberships else ("of no organisation",)


def edit(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Change one's own names, position, language, or what one gets letters about."""
    language, letters = options.language, options.code_letters
    changes = ProfileChanges(
        first_name=options.first_name,
        last_name=options.last_name,
        position=options.position,
        language=None if language is None else Language("" if language == "browser" else language),
        notify_code_uses=None if letters is None else letters == "on",
    )
    if not changes.model_dump(exclude_none=True):
        return say("Nothing to change: headcount profile edit --help lists what can be.", USAGE)
    own = call(chosen(options, flags), lambda client: client.change_profile(changes), noted=True)
    account = own.me.account
    return _told(options, own, f"Saved: {clean(account.name, 120)} <{clean(account.email, 254)}>.{_chosen(own)}")


def _chosen(own: OwnProfile) -> str:
    """What was chosen for pages and letters."""
    language = f" Language of pages and letters: {clean(own.language, 20) or 'as the browser asks'}."
    if own.notify_code_uses is None:
        return language
    return f"{language} Letters about codes: {'on' if own.notify_code_uses else 'off'}."


def _standing(own: OwnProfile) -> str:
    entitled = own.entitlement
    until = f" until {entitled.until:%Y-%m-%d %H:%M} UTC" if entitled.until else ""
    says = f"{WHY[entitled.reason]}{until}: may{'' if entitled.entitled else ' not'} use the service"
    if own.uses is None:
        return f"Uses no subscription ({says})."
    return f"Uses {clean(own.uses.plan, 60)} of {clean(own.uses.organisation, 120)} ({says})."


def redeem(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Take a free seat with an invitation code."""
    target = chosen(options, flags)
    user = call(target, lambda client: client.redeem_code(RedeemCode(code=options.code)), noted=True)
    return _standing_after(target, options, user)


def transfers(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Requests between this account and organisations, the newest first."""
    found = call(chosen(options, flags), _all)
    if options.json:
        print_list(whole(found))
    elif found:
        print_table(("id", "way", "state", "organisation", "until"), [_row(each) for each in found])
    else:
        print("No requests yet.")
    return DONE


def _row(transfer: OwnTransfer) -> tuple[str, ...]:
    until = f"{transfer.expires_at:%Y-%m-%d}"
    if transfer.undo_until:
        until = f"undo until {transfer.undo_until:%H:%M} UTC"
    return transfer.id, transfer.way.value, transfer.state.value, transfer.organisation, until


def sign_ins(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Browsers and terminals that one is signed in with, the newest first."""
    found = call(chosen(options, flags), _all_sign_ins)
    if options.json:
        print_list(whole(found))
    else:
        print_table(("id", "what", "organisation", "since", "last used"), [_sign_in_row(each) for each in found])
    return DONE


def sign_out(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Sign oneself out of one of them immediately."""
    ended = call(chosen(options, flags), lambda client: client.end_sign_in(options.id), noted=True)
    return _told(options, ended, f"Signed out: {_what(ended)}.")


async def _all_sign_ins(client: Client) -> list[SignIn]:
    page = await client.sign_ins(PageQuery(limit=MAX_LIMIT))
    found = list(page.items)
    while page.next_cursor:
        page = await client.sign_ins(PageQuery(limit=MAX_LIMIT, cursor=page.next_cursor))
        found += page.items
    return found


def _sign_in_row(each: SignIn) -> tuple[str, ...]:
    used = f"{each.last_used_at:%Y-%m-%d %H:%M}" if each.last_used_at else "never"
    mine = " (this one)" if each.current else ""
    return each.id, f"{_what(each)}{mine}", clean(each.organisation, 60), f"{each.created_at:%Y-%m-%d %H:%M}", used


def _what(each: SignIn) -> str:
    """What a sign-in is called."""
    usual = "a browser" if each.kind is SignInKind.SESSION else "a terminal"
    return clean(each.label, 60) or usual


async def _all(client: Client) -> list[OwnTransfer]:
    return [
        each async for page in client.all_pages(client.own_transfers, PageQuery(limit=MAX_LIMIT)) for each in page.items
    ]


def accept(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Accept an offer; what would end is told first, and needs a yes."""
    target = chosen(options, flags)
    agreed = AcceptOffer(ends=_agreed_to_end(target, options, "now"))
    done = call(target, lambda client: client.accept_offer(options.id, agreed), noted=True)
    return _standing_after(target, options, done)


def decline(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Decline an offer."""
    reason = Reason(reason=options.reason)
    done = call(chosen(options, flags), lambda client: client.decline_offer(options.id, reason), noted=True)
    return _told(options, done, f"Declined {clean(done.organisation, 120)}.")


def undo(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Take one's own decision back; without an id the last one."""
    target = chosen(options, flags)
    wanted = options.id or _last_decision(target)
    done = call(target, lambda client: client.undo_offer(wanted), noted=True)
    return _told(
        options, done, f"Undone: the request from {clean(done.organisation, 120)} is waiting for your answer again."
    )


def _last_decision(target: Target) -> str:
    """The request that was decided last.

    Raises:
        Stop: nothing was, within the ten minutes.
    """
    last = next(iter(call(target, lambda client: client.own_profile()).undoable), None)
    if last is None:
        message = "Nothing to undo: you decided nothing in the last 10 minutes."
        raise Stop(message, CONFLICT)
    return last.id


def open_link(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """The offer that a link leads to."""
    secret = options.link.rpartition("link=")[2]
    found = call(chosen(options, flags), lambda client: client.open_offer(secret))
    if options.json:
        print_json(found)
        return DONE
    print_table(("id", "way", "state", "organisation", "until"), [_row(found)])
    if found.message:
        print(clean(found.message, 1000))
    return DONE


def cancel(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Take one's own request back."""
    done = call(chosen(options, flags), lambda client: client.cancel_ask(options.id), noted=True)
    return _told(options, done, f"Withdrawn: your request to {clean(done.organisation, 120)}.")


def join(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Ask an organisation to take this account in; whether there is one is not told."""
    target = chosen(options, flags)
    ends = _agreed_to_end(target, options, "when they accept")
    ask = AskToJoin(organisation=options.organisation, message=options.message, ends=ends)
    done = call(target, lambda client: client.ask_to_join(ask), noted=True)
    return _told(
        options, done, f"Request sent ({done.id}). If {clean(done.organisation, 120)} exists, its owner decides."
    )


def leave(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Leave the subscription one uses, after a yes."""
    target = chosen(options, flags)
    own = call(target, lambda client: client.own_profile())
    if own.uses is not None:
        name = clean(own.uses.organisation, 120)
        if not _may(target, options, f"Leave {name}? Your seat goes to somebody else, and nothing is refunded."):
            return say(_NOTHING, CANCELLED)
    left = call(target, lambda client: client.leave(), noted=True)
    return _told(options, left, f"You have left {clean(left.organisation, 120)}.")


def _agreed_to_end(target: Target, options: argparse.Namespace, when: str) -> tuple[str, ...]:
    """The subscriptions that end, once somebody has said yes to that; none when nothing does.

    Raises:
        Stop: somebody said no.
    """
    owns = call(target, lambda client: client.own_profile()).owns
    if owns and not _may(target, options, " ".join([*(_ending(each, when) for each in owns), "Continue?"])):
        raise Stop(_NOTHING, CANCELLED)
    return tuple(each.id for each in owns)


def _ending(own: Own, when: str) -> str:
    lost = f", and {count(own.users, 'user')} of it lose access" if own.users > 1 else ""
    return f"Your own subscription ends {when}, without refund{lost}: {clean(own.label, 120)}."


def _may(target: Target, options: argparse.Namespace, question: str) -> bool:
    """Whether it was said, or is said now; only yes is yes."""
    if target.profile.read_only:
        message = "This profile is read-only: it can't change anything."
        raise Stop(message, NOT_ALLOWED)
    if options.yes:
        return True
    if not can_ask():
        message = f"{question} Use --yes to confirm."
        raise Stop(message, USAGE)
    return agreed(question)


def _standing_after(target: Target, options: argparse.Namespace, done: Answer) -> int:
    if options.json:
        print_json(done)
    else:
        print(_standing(call(target, lambda client: client.own_profile())))
    return DONE


def _told(options: argparse.Namespace, done: Answer, said: str) -> int:
    if options.json:
        print_json(done)
    else:
        print(said)
    return DONE
