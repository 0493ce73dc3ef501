"""`POST /v1/invitation-codes`: a code as it was chosen, or one that nobody guesses."""

import datetime as dt
import secrets
import unicodedata

from contract.codes import InvitationCode, NewCode
from contract.events import EventKind
from contract.problems import ProblemCode
from server.codes import guesses
from server.codes.serializers import as_answer, subject
from server.domain.codes import ALPHABET, GROUP, GROUPS, SHORTEST, grouped
from server.http.call import Call
from server.http.problems import Invalid, ServerProblem
from server.platform.ids import new_id
from server.platform.text import code_key
from server.store import codes
from server.users.adding import check_plan

SEPARATORS = " -_."
_TAKEN = "There is such a code already: choose another, or let one be made up."


def create_code(call: Call) -> InvitationCode:
    """Make a code.

    Raises:
        ServerProblem: the plan has no sub-accounts, the subscription has ended, the code is taken or too easily found,
            or its end is in the past.
    """
    body: NewCode = call.body
    check_plan(call)
    check_end(call, body.expires_at)
    code = _chosen(call, body.code) if body.code.strip() else generated()
    identity = new_id("inc")
    values = {
        "id": identity,
        "organisation_id": call.organisation_id,
        "subscription_id": call.subscription_id,
        "code": code,
        "code_key": code_key(code),
        "max_uses": body.max_uses,
        "expires_at": body.expires_at,
        "created_by": call.principal.account_id,
        "vouched_by": call.principal.account_id,
        "created_at": call.now,
    }
    codes.add(call.connection, values)
    row = codes.one(call.connection, call.subscription_id, identity)
    assert row is not None
    answer = as_answer(row, call)
    call.emit(EventKind.CODE_CREATED, subject(answer))
    return answer


def generated() -> str:
    """A code of random letters, grouped for reading."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP)))


def check_end(call: Call, expires_at: dt.datetime | None) -> None:
    """Refuse an end that is over already.

    Raises:
        Invalid: with the field.
    """
    if expires_at is not None and expires_at <= call.now:
        raise Invalid(("/expires_at", "in_the_past", "Choose a moment to come."))


def _chosen(call: Call, typed: str) -> str:
    """A code that was chosen, as it is shown from now on. One that is somebody else's is a guess that was right."""
    code = " ".join(unicodedata.normalize("NFC", typed).split())
    if not all(char.isalnum() or char in SEPARATORS for char in code):
        raise Invalid(("/code", "not_readable", "Letters, digits, blanks, dashes, dots and underscores only."))
    key = code_key(code)
    if len(key) < SHORTEST:
        raise Invalid(("/code", "too_short", f"At least {SHORTEST} letters or digits: shorter ones are guessed."))
    guesses.check(call)
    taken = codes.by_key(call.connection, key)
    if taken is None:
        return code
    if taken.organisation_id == call.organisation_id:
        raise ServerProblem(ProblemCode.CODE_TAKEN, _TAKEN)
    raise guesses.wrong(call, ProblemCode.CODE_TAKEN, _TAKEN)
