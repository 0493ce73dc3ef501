"""`/v1/webhooks`: whom the owner has told, and with which secret."""

import datetime as dt
import json
from typing import Any

from contract.events import EventKind
from contract.field_words import suggested
from contract.pages import Page, PageQuery
from contract.webhooks import MOST_WEBHOOKS, NewWebhook, Webhook, WebhookChanges, WebhookStop, WebhookWithSecret
from server.http import cursors
from server.http.call import Call, Reply
from server.http.problems import Invalid
from server.notifications.delivery_cursor import new_webhook_id
from server.notifications.delivery_log import subject
from server.notifications.serializers import as_answer, required
from server.notifications.signing import new_secret
from server.notifications.targets import TargetError, checked, networks_of
from server.store import events, webhooks
from server.store.types import AnyRow

SORT = "webhooks.id"

BOTH_FOR = dt.timedelta(days=1)
"""How long after a change of the secret the old one signs too, by the machine's clock."""

_AFRESH: dict[str, Any] = {"failures": 0, "failing_since": None, "begun_at": None}


def list_webhooks(call: Call) -> Page[Webhook]:
    """A page of the organisation's webhooks."""
    query: PageQuery = call.query
    after = str(cursors.decode(query.cursor, SORT, [str])[0]) if query.cursor else ""
    rows = webhooks.page(call.connection, call.organisation_id, query.limit + 1, query.offset or 0, after)
    more, shown = len(rows) > query.limit, rows[: query.limit]
    return Page[Webhook](
        items=tuple(as_answer(call, row) for row in shown),
        next_cursor=cursors.encode(SORT, [shown[-1].id]) if more else None,
        has_more=more,
        total=webhooks.total(call.connection, call.organisation_id) if query.count else None,
    )


def get_webhook(call: Call) -> Webhook:
    """One webhook."""
    return as_answer(call, required(call))


def create_webhook(call: Call) -> Reply:
    """Tell an address of everything from now on; the event about that is the first.

    Raises:
        ServerProblem: the address is not allowed, there is no such kind, or there are too many.
    """
    body: NewWebhook = call.body
    _check(call, body.url, body.kinds)
    if webhooks.total(call.connection, call.organisation_id) >= MOST_WEBHOOKS:
        raise Invalid(("", "too_many", f"An organisation has {MOST_WEBHOOKS} webhooks at most: delete one first."))
    webhook_id = new_webhook_id()
    values = {
        "id": webhook_id,
        "organisation_id": call.organisation_id,
        "url": body.url,
        "description": body.description.strip(),
        "kinds": json.dumps(body.kinds),
        "enabled": body.enabled,
        "stopped": "" if body.enabled else WebhookStop.OWNER.value,
        "secret": new_secret(),
        "position": events.last_seq(call.connection, call.organisation_id),
        "created_at": call.now,
    }
    webhooks.add(call.connection, values)
    row = _now(call, webhook_id)
    call.emit(EventKind.WEBHOOK_CREATED, subject(row, kinds=list(body.kinds), enabled=body.enabled))
    return _told_once(call, row)


def change_webhook(call: Call) -> Webhook:
    """Change what was given. Elsewhere, or switched on again, everything that waits is tried at once.

    Raises:
        ServerProblem: there is no such webhook, it has changed since it was read, or the address is not allowed.
    """
    body: WebhookChanges = call.body
    row = required(call)
    before = as_answer(call, row)
    call.expect(row.version, before)
    given = body.model_dump(exclude_none=True)
    changed = {name: value for name, value in given.items() if value != getattr(before, name)}
    if not changed:
        return before
    _check(call, changed.get("url"), changed.get("kinds", ()))
    webhooks.change(call.connection, row.id, **_stored(changed))
    if "url" in changed or changed.get("enabled"):
        webhooks.note(call.connection, row.id, **_AFRESH)
        webhooks.retry(call.connection, row.id, call.services.clock.machine(), state=webhooks.WAITING)
    after = _now(call, row.id)
    said = {name: value for name, value in changed.items() if name != "url"}
    previous = {name: getattr(before, name) for name in said} | ({"host": _host(row)} if "url" in changed else {})
    call.emit(EventKind.WEBHOOK_CHANGED, subject(after, **said), previous)
    return as_answer(call, after)


def delete_webhook(call: Call) -> Webhook:
    """Delete a webhook, and answer it as it was; what waits is not sent any more.

    Raises:
        ServerProblem: there is no such webhook, or it has changed since it was read.
    """
    row = required(call)
    answer = as_answer(call, row)
    call.expect(row.version, answer)
    webhooks.remove(call.connection, row.id)
    call.emit(EventKind.WEBHOOK_DELETED, subject(row))
    return answer


def rotate_webhook(call: Call) -> Reply:
    """Give it a new secret. For a day both sign, so that its receiver can change over without losing anything.

    Raises:
        ServerProblem: there is no such webhook, or it has changed since it was read.
    """
    row = required(call)
    call.expect(row.version, as_answer(call, row))
    until = call.services.clock.machine() + BOTH_FOR
    webhooks.change(call.connection, row.id, secret=new_secret(), old_secret=row.secret, old_secret_until=until)
    after = _now(call, row.id)
    call.emit(EventKind.WEBHOOK_ROTATED, subject(after))
    return _told_once(call, after)


def _told_once(call: Call, row: AnyRow) -> Reply:
    kept = WebhookWithSecret(**as_answer(call, row).model_dump(), secret="")
    return Reply(kept.model_copy(update={"secret": row.secret}), kept=kept)


def _now(call: Call, webhook_id: str) -> AnyRow:
    row = webhooks.one(call.connection, call.organisation_id, webhook_id)
    assert row is not None
    return row


def _stored(changed: dict[str, Any]) -> dict[str, Any]:
    values = dict(changed)
    if "kinds" in values:
        values["kinds"] = json.dumps(values["kinds"])
    if "description" in values:
        values["description"] = values["description"].strip()
    if "enabled" in values:
        values["stopped"] = "" if values["enabled"] else WebhookStop.OWNER.value
    return values


def _check(call: Call, url: str | None, kinds: tuple[str, ...]) -> None:
    if url is not None:
        try:
            checked(url, networks_of(call.services.settings))
        except TargetError as error:
            raise Invalid(("/url", "not_allowed", f"{str(error)[0].upper()}{str(error)[1:]}.")) from error
    known = {kind.value for kind in EventKind}
    known |= {f"{kind.partition('.')[0]}.*" for kind in known}
    for place, kind in enumerate(kinds):
        if kind not in known:
            said = f"Unknown kind of event.{suggested(kind, known)}"
            raise Invalid((f"/kinds/{place}", "unknown_kind", said))


def _host(row: AnyRow) -> Any:
    return subject(row).attributes["host"]
