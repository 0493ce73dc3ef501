"""The organisations somebody belongs to, in words: what they are there, since when, and who to ask. Pure."""

from collections.abc import Iterator

from contract.people import Role
from contract.profile import Membership, OwnProfile
from contract.users import UserSource, UserStatus
from tui.presentation.text import clean
from tui.presentation.wording import near_day

__all__ = ["belongs", "contact", "house_used", "seat_words", "way_in"]

_WAYS = {
    UserSource.HAND: "added by hand",
    UserSource.IMPORT: "added with a file",
    UserSource.CODE: "with an invitation code",
    UserSource.MEMBER: "added as a member",
    UserSource.TRANSFER: "by a transfer request",
}


def house_used(own: OwnProfile) -> Membership | None:
    """The organisation whose subscription is used; none for somebody who uses none."""
    return next((each for each in own.memberships if each.status is not None), None)


def belongs(own: OwnProfile) -> Iterator[str]:
    """Each organisation in a sentence: `member of Acme since 3 Nov`; of one where others decide, who that is."""
    for each in own.memberships:
        role = "a member" if each.role is Role.MEMBER else each.role.value
        said = f"{role} of {clean(each.organisation.name, 80)} since {near_day(each.since.date(), own.as_of.date())}"
        asks = each.status is None and (who := contact(own, each))
        yield f"{said}; contact {who}" if asks else said


def contact(own: OwnProfile, house: Membership) -> str:
    """Who decides there: name and address of the main account; empty for oneself."""
    if house.contact == own.me.account.email:
        return ""
    email = clean(house.contact, 120)
    return email if house.contact_name == house.contact else f"{clean(house.contact_name, 80)} <{email}>"


def way_in(own: OwnProfile) -> str:
    """Since when one is a user, and how one became one: `3 Nov, with an invitation code`."""
    if own.uses is None:
        return ""
    return f"{near_day(own.uses.added_at.date(), own.as_of.date())}, {_WAYS[own.uses.source]}"


def seat_words(own: OwnProfile) -> str:
    """Whether there is a seat for one: NOT PAID as a word, and nothing about paying otherwise."""
    if own.uses is None:
        return ""
    return "NOT PAID: no seat yet" if own.uses.status is UserStatus.NOT_PAID else "you have one"
