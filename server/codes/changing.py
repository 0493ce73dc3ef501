"""`PATCH` and `DELETE /v1/invitation-codes/{id}`."""

from typing import Any

from contract.codes import CodeChanges, InvitationCode
from contract.events import EventKind
from server.codes.making import check_end
from server.codes.serializers import as_answer, required, subject
from server.http.call import Call
from server.store import codes


def change_code(call: Call) -> InvitationCode:
    """Change what was given; what is absent, or the same as before, stays.

    Raises:
        ServerProblem: there is no such code, it has changed since it was read, or its new end is in the past.
    """
    row = required(call)
    before = as_answer(row, call)
    call.expect(row.version, before)
    changed = {name: value for name, value in _given(call.body).items() if value != getattr(before, name)}
    if not changed:
        return before
    check_end(call, changed.get("expires_at"))
    codes.change(
        call.connection,
        row.id,
        **changed,
        **({"vouched_by": call.principal.account_id} if _wider(before, changed) else {}),
    )
    after = as_answer(required(call), call)
    told = {name: _plain(getattr(after, name)) for name in changed}
    call.emit(EventKind.CODE_CHANGED, subject(after, **told), {name: _plain(getattr(before, name)) for name in changed})
    return after


def delete_code(call: Call) -> InvitationCode:
    """Delete a code, and answer it as it was; who came in with it stays a user.

    Raises:
        ServerProblem: there is no such code, or it has changed since it was read.
    """
    row = required(call)
    answer = as_answer(row, call)
    call.expect(row.version, answer)
    codes.remove(call.connection, row.id)
    call.emit(EventKind.CODE_DELETED, subject(answer))
    return answer


def _wider(before: InvitationCode, changed: dict[str, Any]) -> bool:
    """Whether more people can come in with it than before: whoever says so answers for what they cost."""
    most, end = changed.get("max_uses", before.max_uses), changed.get("expires_at", before.expires_at)
    more = before.max_uses is not None and (most is None or most > before.max_uses)
    longer = before.expires_at is not None and (end is None or end > before.expires_at)
    return bool(changed.get("enabled")) or more or longer


def _given(body: CodeChanges) -> dict[str, Any]:
    given: dict[str, Any] = body.model_dump(include={"enabled", "max_uses", "expires_at"}, exclude_none=True)
    if body.unlimited:
        given["max_uses"] = None
    if body.never_expires:
        given["expires_at"] = None
    return given


def _plain(value: Any) -> Any:
    """As an event keeps it."""
    return value if value is None or isinstance(value, bool | int) else value.isoformat()
