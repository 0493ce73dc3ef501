"""`headcount ownership`: who pays, and handing that over; `headcount seats own`: the main account's own seat.

The offers that one decides are those in one's profile; an id is needed only where there are several.
"""

import argparse
from typing import Any

from cli.connection import Stop, Target, call, chosen
from cli.exit_codes import CONFLICT, DONE
from cli.joining import check_asking, prepared
from cli.output import say
from cli.roles import NOTHING, member_of, settled
from cli.tables import print_json, print_table
from client.api import Client
from client.protocol import new_key
from contract.base import Answer
from contract.members import Member
from contract.ownership import NewOwnershipOffer, Owner, Ownership, OwnershipOffer, OwnSeat
from contract.people import Role
from contract.transfers import Reason, TransferState
from contract.users import UserStatus
from tui.presentation.members import adding_question
from tui.presentation.seat_choice import Choice, payment_lines
from tui.presentation.text import clean
from tui.presentation.tones import plain

__all__ = ["accept", "cancel", "decline", "offer", "own_seat", "show", "undo"]


def show(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """The main account, the owners, and an offer that is pending."""
    found = call(chosen(options, flags), lambda client: client.ownership())
    if options.json:
        print_json(found)
        return DONE
    rows = [(each.name, each.email, "main account, pays" if each.main_account else "owner") for each in found.owners]
    print_table(("name", "e-mail", "what"), rows)
    print(f"The main account {'uses a seat' if found.uses_seat else 'uses no seat'}.")
    if found.offer is not None:
        print(f"{_offered(found.offer)} Withdraw with: headcount ownership cancel")
    return DONE


def offer(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Offer a member to become the main account. The exit code."""
    check_asking(options)
    target = chosen(options, flags)
    member = call(target, lambda client: member_of(client, options.email))
    lines = [
        f"{clean(member.name, 60)} <{clean(member.email, 254)}> is asked to become the main account, and to pay.",
        f"Once they accept, you are {options.then}. Until then nothing changes.",
    ]
    if (code := settled(options, lines, "Offer it?")) is not None:
        return code
    new, key = NewOwnershipOffer(to=member.id, then=Role(options.then)), new_key()
    made = call(target, lambda client: client.offer_ownership(new, key=key), noted=True)
    return _told(options, made, _offered(made))


def cancel(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Withdraw the offer that is pending. The exit code."""
    target = chosen(options, flags)
    found: Ownership = call(target, lambda client: client.ownership())
    if found.offer is None:
        return say("Nothing to withdraw: no offer is pending.", CONFLICT)
    identity, key = found.offer.id, new_key()
    done = call(target, lambda client: client.cancel_ownership(identity, key=key), noted=True)
    return _told(options, done, f"Withdrawn: {_named(done.recipient)} is no longer asked.")


def accept(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Become the main account, once that was agreed to. The exit code."""
    check_asking(options)
    target = chosen(options, flags)
    found = _mine(target, options, TransferState.PENDING)
    house = clean(found.organisation, 120)
    lines = [
        f"You become the main account of {house}: its owner, and you pay for its subscription from now on.",
        f"{_named(found.sender)} is {found.then.value} there afterwards.",
    ]
    if (code := settled(options, lines, "Accept?")) is not None:
        return code
    key = new_key()
    done = call(target, lambda client: client.accept_ownership(found.id, key=key), noted=True)
    return _told(
        options, done, f"You are the main account of {house}. Undo within 10 minutes: headcount ownership undo"
    )


def decline(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Decline to become the main account. The exit code."""
    target = chosen(options, flags)
    found, key = _mine(target, options, TransferState.PENDING), new_key()
    reason = Reason(reason=options.reason)
    done = call(target, lambda client: client.decline_ownership(found.id, reason, key=key), noted=True)
    return _told(options, done, f"Declined: {_named(done.sender)} still pays.")


def undo(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Undo having accepted. The exit code."""
    target = chosen(options, flags)
    found, key = _mine(target, options, TransferState.ACCEPTED), new_key()
    done = call(target, lambda client: client.undo_ownership(found.id, key=key), noted=True)
    return _told(options, done, f"Undone: {_named(done.sender)} pays again, and the offer is pending.")


def own_seat(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Put the main account on the List of users, or take it off. The exit code."""
    check_asking(options)
    target, uses = chosen(options, flags), options.uses == "on"
    lines = call(target, lambda client: _seat_lines(client, uses=uses))
    if not lines:
        return say(f"{NOTHING} The main account {'uses a seat' if uses else 'uses no seat'} already.", DONE)
    if (code := settled(options, lines, "Take a seat?" if uses else "Leave the seat?")) is not None:
        return code
    overview, key = call(target, lambda client: client.overview()), new_key()
    done = call(target, lambda client: client.own_seat(OwnSeat(uses=uses), key=key), noted=True)
    if options.json:
        print_json(done)
        return DONE
    unpaid = done.user is not None and done.user.status is UserStatus.NOT_PAID
    said = "You are a user, NOT PAID: no seat is free. Pay with: headcount pay --all" if unpaid else "You use a seat."
    print(said if uses else "You use no seat.")
    print("\n".join(plain(each) for each in payment_lines(overview, done.next_payment)))
    return DONE


async def _seat_lines(client: Client, *, uses: bool) -> list[str]:
    """What the own seat comes to, as for anybody who joins; nothing where it is so already."""
    overview, ownership = await client.overview(), await client.ownership()
    if ownership.uses_seat == uses:
        return []
    main = ownership.main_account
    if not uses:
        return [f"{_named(main)} leaves the List of users: the seat is free, nothing is refunded."]
    member: Member = await client.member(main.id)
    said = (await prepared(client, adding_question([member], overview))).summary(Choice.ALL)
    return [each for each in (said.title, *map(plain, said.lines), *map(plain, said.items)) if each]


def _mine(target: Target, options: argparse.Namespace, state: TransferState) -> OwnershipOffer:
    """The offer to oneself in a state: the one of that id, or the only one.

    Raises:
        Stop: there is none, or several and no id.
    """
    offers = [each for each in call(target, lambda client: client.own_profile()).ownership if each.state is state]
    found = [each for each in offers if options.id in {"", each.id}]
    if not found:
        message = "No such offer is waiting for you." if state is TransferState.PENDING else "Nothing to undo."
        raise Stop(message, CONFLICT)
    if len(found) > 1:
        ids = ", ".join(f"{each.id} ({clean(each.organisation, 60)})" for each in found)
        message = f"There are several: use the id. {ids}"
        raise Stop(message, CONFLICT)
    return found[0]


def _named(owner: Owner) -> str:
    return (
        f"{clean(owner.name, 60)} <{clean(owner.email, 254)}>" if owner.name != owner.email else clean(owner.email, 254)
    )


def _offered(made: OwnershipOffer) -> str:
    until = f"{made.expires_at:%Y-%m-%d}"
    return f"Offered to {_named(made.recipient)}, who decides in their profile until {until}."


def _told(options: argparse.Namespace, done: Answer, said: str) -> int:
    if options.json:
        print_json(done)
    else:
        print(said)
    return DONE
