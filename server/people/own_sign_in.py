"""Somebody signs in by themselves: from then on their account is theirs alone, and tokens that others made end."""

import datetime as dt

from contract.events import EventKind
from contract.tokens import EndedBecause
from server.people.serializers import token_answer, token_object
from server.platform.transaction import Unit
from server.store import organisations, tokens
from server.store.types import Connection


def note_own_sign_in(connection: Connection, account_id: str, now: dt.datetime) -> None:
    """Note it; each token that somebody else made for the account ends, with an event in its organisation."""
    organisations.note_signing_in(connection, account_id, now)
    for row in tokens.handed_out(connection, account_id):
        unit = Unit(connection=connection, organisation_id=row.organisation_id, subscription_id="", now=now)
        end_token(unit, row.id, EndedBecause.SIGNED_IN)
        unit.record()


def end_token(unit: Unit, token_id: str, because: EndedBecause) -> None:
    """Revoke a token of the unit's organisation that nobody asked to, with an event that says why."""
    tokens.revoke(unit.connection, token_id, unit.now)
    after = tokens.one(unit.connection, unit.organisation_id, token_id)
    assert after is not None
    subject = token_object(token_answer(after, unit.now), because=because.value)
    unit.emit(EventKind.TOKEN_REVOKED, subject, {"state": "active"})
