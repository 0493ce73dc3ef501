"""What an operator's action does, in one transaction: the same in the running server and beside none.

Each is an event of the organisation it concerns, where there is one, with the operator as its actor.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from contract.events import Actor, EventKind, EventObject
from server.catalogue import Catalogue
from server.http.tokens import NewToken
from server.operations.authentication import Wanted, sign_in
from server.operations.clock_check import check_founding
from server.operations.provisioning import Founding, address_of, found
from server.operator import actions
from server.operator.actions import Action, Told
from server.people.serializers import token_answer, token_object
from server.platform.transaction import Unit
from server.settings import RefusedValueError, SettingsError
from server.store import operator_actions, organisations, outbound_mail, single_sign_on, subscriptions, tokens
from server.store.types import AnyRow, Connection

OPERATOR = Actor(label="the operator")
"""Who acts in the events: who may do so has the server's machine."""

T = TypeVar("T", bound=Told)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What an action is done with. `served` says that a server runs; `machine` is the machine's time.

    `address` is how people reach the server, as far as that is known.
    """

    connection: Connection
    now: dt.datetime
    machine: dt.datetime
    catalogue: Catalogue
    address: str = ""
    served: bool = False


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
    made = _token(told.token) if told.token else None
    wanted = Founding(**shared, cycle=told.cycle)
    founded = found(desk.connection, wanted, desk.catalogue, at, made=made, actor=OPERATOR)
    row = subscriptions.get(desk.connection, founded.subscription_id)
    return actions.OrganisationMade(
        organisation_id=founded.organisation_id, granted_seats=row.granted_seats, period_end=row.period_end
    )


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


def _revoke(desk: Desk, told: actions.Revoke) -> actions.Revoked:
    row = tokens.by_id(desk.connection, told.which)
    if row is None:
        message = f"nothing has the id {told.which!r}"
        raise SettingsError(message)
    return actions.Revoked(tokens=end(desk, [row]), sessions=0)


def end(desk: Desk, rows: Iterable[AnyRow]) -> int:
    """End tokens at once, each with an event in its organisation; answers how many were in force."""
    ended = 0
    for row in rows:
        if row.revoked_at is not None:
            continue
        tokens.revoke(desk.connection, row.id, desk.now)
        ended += 1
        if row.organisation_id:
            after = tokens.one(desk.connection, row.organisation_id, row.id)
            assert after is not None
            unit = unit_of(desk, row.organisation_id)
            unit.emit(EventKind.TOKEN_REVOKED, token_object(token_answer(after, desk.now)), {"state": "active"})
            unit.record()
    return ended


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


def unit_of(desk: Desk, organisation_id: str) -> Unit:
    """The operator's work in one organisation."""
    return Unit(
        connection=desk.connection,
        organisation_id=organisation_id,
        subscription_id="",
        now=desk.now,
        actor=OPERATOR,
    )


def _token(made: actions.MadeToken) -> NewToken:
    """The token of a command, of which only the hash is known here."""
    return NewToken(made.id, "", bytes.fromhex(made.secret_hash))


_DOINGS: Mapping[Action, Callable[[Desk, Any], Told]] = {
    actions.MAKE_ORGANISATION: _make_organisation,
    actions.GIVE_TOKEN: _give_token,
    actions.REVOKE: _revoke,
    actions.RELEASE_SIGN_ON: _release_sign_on,
    actions.RETRY_LETTERS: _retry_letters,
}
