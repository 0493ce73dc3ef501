"""Editing a user's name or position."""

from contract.events import EventKind
from contract.problems import ProblemCode
from contract.users import User
from server.http.call import Call
from server.http.problems import ServerProblem
from server.platform.text import fold, name_key, search_key
from server.platform.transaction import Unit
from server.store import organisations, users
from server.store.types import AnyRow
from server.users.removing import find_listed
from server.users.serializers import answer, seated_now, shown_status, user_object


def change_user(call: Call) -> User:
    """Change what was given; what is absent, or the same as before, stays.

    Raises:
        ServerProblem: whatever `find_listed` finds; `own_sign_in_needed` where the account's person minds its name.
    """
    row = find_listed(call)
    given = call.body.model_dump(exclude_none=True)
    changed = {name: value.strip() for name, value in given.items() if value.strip() != getattr(row, name)}
    if changed and row.account_id != call.principal.account_id:
        check_theirs(call, row.account_id)
    return answer(call, rename(call, row, changed) if changed else row)


def check_theirs(call: Call, account_id: str) -> None:
    """Whether the organisation may still say what the account is called.

    Raises:
        ServerProblem: `own_sign_in_needed`.
    """
    account = organisations.account(call.connection, account_id)
    assert account is not None
    if not organisations.is_theirs(account, call.organisation_id):
        said = f"{account.email} manages its own name and position: they are changed in that account's profile."
        raise ServerProblem(ProblemCode.OWN_SIGN_IN_NEEDED, said)


def rename(unit: Unit, row: AnyRow, changed: dict[str, str]) -> AnyRow:
    """Write other names or another position of a listed user; answers the row as it is then."""
    first, last, position = (changed.get(name, getattr(row, name)) for name in ("first_name", "last_name", "position"))
    after = users.change(
        unit.connection,
        row.id,
        **changed,
        name_key=name_key(first, last, row.email),
        last_key=fold(last),
        position_key=fold(position),
        search_key=search_key(first, last, row.email, position),
    )
    subject = user_object(after, shown_status(after.status, seated_now(unit)))
    subject = subject.model_copy(update={"attributes": {**subject.attributes, **changed}})
    unit.emit(EventKind.USER_CHANGED, subject, {name: getattr(row, name) for name in changed})
    return after
