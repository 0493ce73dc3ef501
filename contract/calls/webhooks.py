"""Calls about webhooks: whom the server tells by itself."""

from contract.operation import Key, Operation
from contract.pages import Page, PageQuery
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.webhooks import (
    DeliveriesQuery,
    Delivery,
    NewWebhook,
    Replay,
    Replayed,
    Webhook,
    WebhookChanges,
    WebhookWithSecret,
)

LIST_WEBHOOKS = Operation(
    "list_webhooks",
    "GET",
    "/v1/webhooks",
    "Every webhook of the organisation, the oldest first",
    Page[Webhook],
    Permission.MANAGE_ACCESS,
    query=PageQuery,
)
CREATE_WEBHOOK = Operation(
    "create_webhook",
    "POST",
    "/v1/webhooks",
    "Send events to an address from now on; its secret is shown once",
    WebhookWithSecret,
    Permission.MANAGE_ACCESS,
    body=NewWebhook,
    status=201,
    key=Key.OPTIONAL,
    problems=(Code.UNSAFE_TEXT,),
)
GET_WEBHOOK = Operation(
    "get_webhook",
    "GET",
    "/v1/webhooks/{id}",
    "One webhook, without its secret",
    Webhook,
    Permission.MANAGE_ACCESS,
    problems=(Code.NOT_FOUND,),
)
CHANGE_WEBHOOK = Operation(
    "change_webhook",
    "PATCH",
    "/v1/webhooks/{id}",
    "Give a webhook another address or filter, or switch it off or on",
    Webhook,
    Permission.MANAGE_ACCESS,
    body=WebhookChanges,
    key=Key.OPTIONAL,
    if_match=True,
    problems=(Code.NOT_FOUND, Code.UNSAFE_TEXT),
)
DELETE_WEBHOOK = Operation(
    "delete_webhook",
    "DELETE",
    "/v1/webhooks/{id}",
    "Delete a webhook with its deliveries",
    Webhook,
    Permission.MANAGE_ACCESS,
    key=Key.OPTIONAL,
    if_match=True,
    problems=(Code.NOT_FOUND,),
)
ROTATE_WEBHOOK = Operation(
    "rotate_webhook",
    "POST",
    "/v1/webhooks/{id}/rotate",
    "Give a webhook a new secret, shown once; the old one stays valid for a day",
    WebhookWithSecret,
    Permission.MANAGE_ACCESS,
    key=Key.OPTIONAL,
    if_match=True,
    problems=(Code.NOT_FOUND,),
)
LIST_DELIVERIES = Operation(
    "list_deliveries",
    "GET",
    "/v1/webhooks/{id}/deliveries",
    "Deliveries to a webhook, with their outcome",
    Page[Delivery],
    Permission.MANAGE_ACCESS,
    query=DeliveriesQuery,
    problems=(Code.NOT_FOUND,),
)
REPLAY_WEBHOOK = Operation(
    "replay_webhook",
    "POST",
    "/v1/webhooks/{id}/replay",
    "Send one event again, everything since a time, or the failed deliveries",
    Replayed,
    Permission.MANAGE_ACCESS,
    body=Replay,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND,),
)
