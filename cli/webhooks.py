"""`headcount webhooks`: whom the server tells by itself, without a screen."""

import argparse
import datetime as dt
import sys
from typing import Any

from cli.connection import Stop, call, chosen
from cli.exit_codes import DONE, FAILED, USAGE
from cli.lists import Listed, gathered, how_many, print_list, tell_rest, whole
from cli.output import say
from cli.tables import as_json, print_json, print_table
from client.api import Client
from contract.pages import MAX_LIMIT, Page, PageQuery
from contract.webhooks import (
    DeliveriesQuery,
    Delivery,
    DeliveryState,
    NewWebhook,
    Replay,
    Webhook,
    WebhookChanges,
    WebhookWithSecret,
)
from server.platform.streams import show_once, unseen
from tui.presentation.text import clean
from tui.presentation.wording import count

__all__ = ["add", "change", "deliveries", "list_all", "remove", "replay", "rotate", "show"]


_NOBODY_READS = "Nothing was changed: the secret is shown only once, and the output is closed."


def list_all(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """The webhooks: a table, or one JSON object a line."""
    found = call(chosen(options, flags), _all)
    if options.json:
        print_list(whole(found))
    elif found:
        rows = [(each.id, _state(each), each.url, _kinds(each), each.description) for each in found]
        print_table(("id", "state", "address", "kinds", "description"), rows)
    else:
        print("No webhooks yet.")
    return DONE


async def _all(client: Client) -> list[Webhook]:
    return [each async for page in client.all_pages(client.webhooks, PageQuery(limit=MAX_LIMIT)) for each in page.items]


def _state(webhook: Webhook) -> str:
    if not webhook.enabled:
        return f"off ({webhook.stopped.value})" if webhook.stopped else "off"
    return "failing" if webhook.failing_since else "on"


def _kinds(webhook: Webhook) -> str:
    return " ".join(webhook.kinds) or "all"


def add(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Tell an address from now on; its secret alone is printed, and never again."""
    new = NewWebhook(url=options.url, description=options.description or "", kinds=_wanted(options.kinds) or ())
    target = chosen(options, flags)
    if unseen(sys.stdout):
        return say(_NOBODY_READS, FAILED)
    made = call(target, lambda client: client.create_webhook(new), noted=True)
    if _shows_secret(made, options):
        return DONE
    call(target, lambda client: client.delete_webhook(made.id), noted=True)
    return say(f"The secret could not be shown, so the webhook was removed: {made.id}.", FAILED)


def rotate(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Make a new secret; it alone is printed, and never again. For a day the old one signs too."""
    target = chosen(options, flags)
    if unseen(sys.stdout):
        return say(_NOBODY_READS, FAILED)
    made = call(target, lambda client: client.rotate_webhook(options.id), noted=True)
    if _shows_secret(made, options):
        return DONE
    return say(
        "The new secret could not be shown. The previous one stays valid for a day. Make another, and give it to "
        f"the receiver at once, since the old one ends then: headcount webhooks rotate {made.id}",
        FAILED,
    )


def _shows_secret(made: WebhookWithSecret, options: argparse.Namespace) -> bool:
    """Print a secret alone, or all as JSON; answers whether it got out.

    Raises:
        Stop: the answer came a second time, and without the secret.
    """
    if not made.secret:
        message = f"The answer with the secret was lost: create another one with headcount webhooks rotate {made.id}."
        raise Stop(message, FAILED)
    return show_once(as_json(made) if options.json else clean(made.secret, 200))


def show(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """One webhook, and how it goes."""
    return _print(call(chosen(options, flags), lambda client: client.webhook(options.id)), options)


def change(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Change what was given; what is absent stays."""
    given = (options.url, options.description, options.kinds, options.enabled)
    if all(each is None for each in given):
        message = "Choose what to change: --url, --description, --kinds, --on or --off."
        raise Stop(message, USAGE)
    changes = WebhookChanges(
        url=options.url, description=options.description, kinds=_wanted(options.kinds), enabled=options.enabled
    )
    changed = call(chosen(options, flags), lambda client: client.change_webhook(options.id, changes), noted=True)
    return _print(changed, options)


def _wanted(kinds: str | None) -> tuple[str, ...] | None:
    """Kinds as they were typed, with commas; `all` for no filter."""
    if kinds is None:
        return None
    return () if kinds == "all" else tuple(each.strip() for each in kinds.split(",") if each.strip())


def remove(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Delete a webhook; what waits is not sent any more."""
    removed = call(chosen(options, flags), lambda client: client.delete_webhook(options.id), noted=True)
    if options.json:
        print_json(removed)
    else:
        print(f"Removed {removed.id}, {clean(removed.url, 200)}.")
    return DONE


def _print(webhook: Webhook, options: argparse.Namespace) -> int:
    if options.json:
        print_json(webhook)
        return DONE
    print(f"{webhook.id}  {_state(webhook)}  {clean(webhook.url, 500)}")
    lines = {
        "description": webhook.description,
        "kinds": _kinds(webhook),
        "last success": _moment(webhook.last_success_at),
        "failing since": _moment(webhook.failing_since) if webhook.failing_since else "",
        "both secrets valid until": _moment(webhook.old_secret_until) if webhook.old_secret_until else "",
        "deliveries": f"{webhook.behind:,} to come, {webhook.waiting:,} to be tried again, {webhook.failed:,} given up",
    }
    for what, value in lines.items():
        if value:
            print(f"  {what}: {clean(value, 300)}")
    return DONE


def _moment(at: dt.datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "never"


def deliveries(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """What was sent, the newest events first: a table, or one JSON object a line."""
    state = DeliveryState(options.state) if options.state else None

    async def newest(client: Client) -> Listed[Delivery]:
        async def page(query: DeliveriesQuery) -> Page[Delivery]:
            return await client.deliveries(options.id, query)

        return await gathered(client, page, DeliveriesQuery(state=state), how_many(options))

    listed = call(chosen(options, flags), newest)
    if options.json:
        print_list(listed)
    elif found := listed.items:
        rows = [
            (each.event_id, each.event_type, each.state.value, str(each.attempts), _last(each), _next(each))
            for each in found
        ]
        print_table(("event", "kind", "state", "attempts", "last answer", "next attempt"), rows, right=(3,))
        tell_rest(listed)
    else:
        print("No such deliveries.")
    return DONE


def _last(delivery: Delivery) -> str:
    return " ".join(part for part in (str(delivery.status or ""), delivery.error) if part)


def _next(delivery: Delivery) -> str:
    return _moment(delivery.next_attempt_at) if delivery.next_attempt_at else ""


def replay(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Send again: one event, everything since a moment, or what was given up."""
    what = Replay(event_id=options.event, since=options.since, failed=options.failed)
    done = call(chosen(options, flags), lambda client: client.replay(options.id, what), noted=True)
    if options.json:
        print_json(done)
    else:
        print(f"{count(done.events, 'event')} will be sent again." if done.events else "Nothing to send again.")
    return DONE
