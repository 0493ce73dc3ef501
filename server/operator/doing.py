"""What an operator's action does, in one transaction: the same in the running server and beside none.

Each is an event of the organisation it concerns, where there is one, with the operator as its actor.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from contract.events import EventKind, EventObject
from server.http.tokens import NewToken
from server.operations.authentication import Wanted, sign_in
from server.operations.clock_check import check_founding
from server.operations.provisioning import Founding, address_of, found
from server.operator import access, actions
from server.operator.actions import Action, Told
from server.operator.desk import OPERATOR, Desk, unit_of
from server.people.serializers import token_answer, token_object
from server.settings import RefusedValueError, SettingsError
from server.store import operator_actions, organisations, outbound_mail, single_sign_on, subscriptions, tokens
from server.store.types import Connection


def do(desk: Desk, action: Action, told: Told, key: str) -> Told:
    """Do an action once: under a key that was used before, answer what was answered then.

    Raises:
        SettingsError: it can't be done; nothing is changed.
    """
    kept = operator_actions.answer(desk.connection, key, action.name)
    if kept is not None:
        return action.answers.model_validate_json(kept)
    answer = _DOINGS[action](desk, told)
    operator_actions.keep(desk.connection, key, action.name, answer.model_dump_json(), desk.machine)
    return answer


def done(connection: Connection, action: Action, key: str) -> Told | None:
    """What an action with this key was answered; None as long as it is not done."""
    kept = operator_actions.answer(connection, key, action.name)
    return None if kept is None else action.answers.model_validate_json(kept)


def _make_organisation(desk: Desk, told: actions.MakeOrganisation) -> actions.OrganisationMade:
    if told.catalogue and told.catalogue != desk.catalogue.identity:
        message = "the running server has another catalogue: leave --catalogue out, or start it with this one"
        raise RefusedValueError(message)
    at = told.now.astimezone(dt.UTC) if told.now else desk.now
    check_founding(desk.connection, at)
    shared = told.model_dump(exclude={"now", "catalogue", "token", "link", "cycle"})
    wanted = Founding(**shared, cycle=told.cycle)
    made = _token(told.token) if told.token else None
    invited = told.link is not None
    founded = found(desk.connection, wanted, desk.catalogue, at, made=made, invited=invited, actor=OPERATOR)
    row = subscriptions.get(desk.connection, founded.subscription_id)
    return actions.OrganisationMade(
        organisation_id=founded.organisation_id,
        granted_seats=row.granted_seats,
        period_end=row.period_end,
        link=_invited(desk, told, told.link) if told.link else None,
    )


def _invited(desk: Desk, told: actions.MakeOrganisation, link: str) -> actions.LinkMade:
    house = access.house_named(desk, told.organisation)
    return access.link_for(desk, address_of(told.owner), link, owner_of=house)


def _give_token(desk: Desk, told: actions.GiveToken) -> actions.TokenGiven:
    wanted = Wanted(told.email, told.organisation, told.label, new=told.sign_up)
    made = sign_in(desk.connection, wanted, desk.now, _token(told.token))
    if made.organisation_id:
        row = tokens.one(desk.connection, made.organisation_id, told.token.id)
        assert row is not None
        unit = unit_of(desk, made.organisation_id)
        unit.emit(EventKind.TOKEN_CREATED, token_object(token_answer(row, desk.now)))
        unit.record()
    return actions.TokenGiven(organisation=made.organisation)


def _release_sign_on(desk: Desk, told: actions.ReleaseSignOn) -> actions.SignOnReleased:
    address = address_of(told.email)
    account = organisations.account_by_email(desk.connection, address.key)
    if account is None or not single_sign_on.forget_subjects(desk.connection, account.id):
        message = f"nobody has signed in as {told.email!r} with a provider"
        raise SettingsError(message)
    for home in organisations.homes_of(desk.connection, account.id):
        unit = unit_of(desk, home.id)
        unit.emit(EventKind.MEMBER_SIGN_ON_RELEASED, EventObject(type="account", id=account.id, label=account.email))
        unit.record()
    return actions.SignOnReleased(email=account.email)


def _retry_letters(desk: Desk, told: actions.RetryLetters) -> actions.LettersRetried:
    del told
    again = outbound_mail.retry(desk.connection)
    return actions.LettersRetried(again=again, sending=outbound_mail.are_sent(desk.connection))


def _token(made: actions.MadeToken) -> NewToken:
    """The token of a command, of which only the hash is known here."""
    return NewToken(made.id, "", bytes.fromhex(made.secret_hash))


_DOINGS: Mapping[Action, Callable[[Desk, Any], Told]] = {
    actions.MAKE_ORGANISATION: _make_organisation,
    actions.GIVE_TOKEN: _give_token,
    actions.INVITE_OWNER: access.invite_owner,
    actions.MAKE_LINK: access.make_link,
    actions.REVOKE: access.revoke,
    actions.RELEASE_SIGN_ON: _release_sign_on,
    actions.RETRY_LETTERS: _retry_letters,
}
