"""Who gets in: links that sign somebody in once, ending what signs them in now, and who owns an organisation."""

from collections.abc import Iterable
from typing import NamedTuple, NoReturn

from contract.events import EventKind, EventObject
from contract.mailbox import Mailbox
from contract.people import Role
from server.devices.confirming import forget_confirmed
from server.domain.roles import Place
from server.members.standing import write_place
from server.notifications.enqueue import post
from server.notifications.kinds import LetterKind
from server.operations.provisioning import address_of
from server.operator import actions
from server.operator.desk import Desk, unit_of
from server.people import sign_in_links
from server.people.serializers import token_answer, token_object
from server.platform.text import fold
from server.settings import SettingsError
from server.store import members, organisations, outbound_mail, roles, subscriptions, tokens
from server.store import sign_in_links as stored_links
from server.store.types import AnyRow


class Ended(NamedTuple):
    """How many tokens and how many sessions of browsers were in force until now."""

    tokens: int
    sessions: int


def make_link(desk: Desk, told: actions.MakeLink) -> actions.AccessReset:
    """A link for an address; with `reset` everything that signed its account in before ends first."""
    who = address_of(told.email)
    account = organisations.account_by_email(desk.connection, who.key)
    if account is None and (told.reset or not told.sign_up):
        _refuse(f"nobody has the address {who.email!r}" + ("" if told.reset else "; --sign-up lets it make an account"))
    ended = Ended(0, 0)
    if account is not None:
        if told.reset:
            ended = end_all(desk, account)
        _tell(desk, account, EventKind.ACCESS_RESET if told.reset else EventKind.ACCESS_LINK_CREATED)
    link = link_for(desk, who, told.link, mail=told.mail)
    return actions.AccessReset(link=link, **ended._asdict())


def link_for(
    desk: Desk, who: Mailbox, link_hash: str, *, mail: bool = True, owner_of: AnyRow | None = None
) -> actions.LinkMade:
    """A link that is mailed, if that is wished and this server sends mail; else the one that the command has made."""
    expires_at = desk.now + sign_in_links.LASTS
    if mail and outbound_mail.are_sent(desk.connection):
        secret = sign_in_links.make(desk.connection, who, desk.now)
        _mail(desk, who, f"{sign_in_links.PATH}?link={secret}", owner_of)
        return actions.LinkMade(email=who.email, mailed=True, expires_at=expires_at)
    stored_links.add(
        desk.connection,
        bytes.fromhex(link_hash),
        email=who.email,
        email_key=who.key,
        next_path="",
        now=desk.now,
        expires_at=expires_at,
    )
    return actions.LinkMade(email=who.email, address=desk.address, expires_at=expires_at)


def _mail(desk: Desk, who: Mailbox, link: str, owner_of: AnyRow | None) -> None:
    if owner_of is None:
        post(desk.connection, LetterKind.SIGN_IN, who.email, desk.now, link=link)
        return
    told = {"organisation": owner_of.name}
    where = owner_of.id
    post(desk.connection, LetterKind.OWNER_INVITED, who.email, desk.now, link=link, organisation_id=where, details=told)


def end_all(desk: Desk, account: AnyRow) -> Ended:
    """End every token, session, waiting link and half-finished sign-in of an account."""
    stored_links.end_all(desk.connection, account.email_key, desk.now)
    forget_confirmed(desk.connection, account.id)
    return end(desk, tokens.living(desk.connection, account.id, desk.now))


def end(desk: Desk, rows: Iterable[AnyRow]) -> Ended:
    """End tokens and sessions at once, each token of an organisation with an event there."""
    ended = {tokens.TOKEN: 0, tokens.SESSION: 0}
    for row in rows:
        if row.revoked_at is not None:
            continue
        tokens.revoke(desk.connection, row.id, desk.now)
        ended[row.kind] += 1
        if row.organisation_id:
            after = tokens.one(desk.connection, row.organisation_id, row.id)
            assert after is not None
            unit = unit_of(desk, row.organisation_id)
            unit.emit(EventKind.TOKEN_REVOKED, token_object(token_answer(after, desk.now)), {"state": "active"})
            unit.record()
    return Ended(ended[tokens.TOKEN], ended[tokens.SESSION])


def revoke(desk: Desk, told: actions.Revoke) -> actions.Revoked:
    """End one by its id, or all of an account by its address."""
    if "@" in told.which:
        ended = end_all(desk, _known(desk, address_of(told.which)))
    else:
        row = tokens.by_id(desk.connection, told.which)
        if row is None:
            _refuse(f"nothing has the id {told.which!r}")
        ended = end(desk, [row])
    return actions.Revoked(**ended._asdict())


def invite_owner(desk: Desk, told: actions.InviteOwner) -> actions.OwnerMade:
    """Make somebody an owner, and let them in by a link unless they are to be a member who gets in already."""
    house = house_named(desk, told.organisation)
    who = address_of(told.email)
    owners = roles.owners(desk.connection, house.id)
    account = organisations.account_by_email(desk.connection, who.key)
    known = members.many(desk.connection, house.id, [account.id]).get(account.id) if account else None
    if told.members_only and (known is None or known.role == Role.OWNER.value):
        what = "is not a member" if known is None else "already is an owner"
        _refuse(f"{who.email!r} {what} of {house.name!r}")
    others = tuple(each.email for each in owners if account is None or each.id != account.id)
    is_owner = known is not None and known.role == Role.OWNER.value
    if others and not is_owner and not told.agreed:
        _refuse(f"{house.name!r} has an owner already")
    if not is_owner:
        account_id = account.id if account else sign_in_links.sign_up(desk.connection, who, desk.now)
        _make_owner(desk, house, account_id)
    link = link_for(desk, who, told.link, owner_of=house) if told.link else None
    before = known.role if known is not None else ""
    return actions.OwnerMade(organisation=house.name, before=before, owners=others, link=link)


def _make_owner(desk: Desk, house: AnyRow, account_id: str) -> None:
    subscription = subscriptions.of_organisation(desk.connection, house.id)
    unit = unit_of(desk, house.id, subscription.id)
    row = members.many(desk.connection, house.id, [account_id]).get(account_id)
    if row is None:
        roles.forget(desk.connection, house.id, account_id)
        organisations.add_member(
            desk.connection, organisation_id=house.id, account_id=account_id, role=Role.MEMBER, now=desk.now
        )
        row = members.many(desk.connection, house.id, [account_id])[account_id]
    main = account_id == subscription.owner_account_id
    before = Place(row.role, row.spending_limit, main)
    write_place(unit, row, before, Place(Role.OWNER.value, None, main))
    unit.record()


def house_named(desk: Desk, name: str) -> AnyRow:
    """The organisation of a name, however it is written.

    Raises:
        SettingsError: there is none.
    """
    house = organisations.by_name(desk.connection, fold(name))
    if house is None:
        _refuse(f"no organisation is called {name!r}")
    return house


def _known(desk: Desk, who: Mailbox) -> AnyRow:
    account = organisations.account_by_email(desk.connection, who.key)
    if account is None:
        _refuse(f"nobody has the address {who.email!r}")
    return account


def _tell(desk: Desk, account: AnyRow, kind: EventKind) -> None:
    """An event in each organisation that the account is a member of."""
    for home in organisations.homes_of(desk.connection, account.id):
        unit = unit_of(desk, home.id)
        unit.emit(kind, EventObject(type="account", id=account.id, label=account.email))
        unit.record()


def _refuse(message: str) -> NoReturn:
    raise SettingsError(message)
