"""Webhooks: addresses that the server tells about events."""

from client.calls.base import BaseClient
from contract import operations as op
from contract.pages import Page, PageQuery
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

ALL_WEBHOOKS = PageQuery()
NEWEST_DELIVERIES = DeliveriesQuery()


class WebhooksCalls(BaseClient):
    """Webhooks, which only an owner sees."""

    async def webhooks(self, query: PageQuery = ALL_WEBHOOKS) -> Page[Webhook]:
        """The organisation's webhooks."""
        return await self._ask(op.LIST_WEBHOOKS, Page[Webhook], query=query)

    async def webhook(self, webhook_id: str) -> Webhook:
        """One webhook, without its secret."""
        return await self._ask(op.GET_WEBHOOK, Webhook, id=webhook_id)

    async def create_webhook(self, new: NewWebhook, *, key: str | None = None) -> WebhookWithSecret:
        """Send events to an address from now on; its secret is shown once."""
        return await self._ask(op.CREATE_WEBHOOK, WebhookWithSecret, body=new, key=key)

    async def change_webhook(
        self, webhook_id: str, changes: WebhookChanges, *, version: int | None = None, key: str | None = None
    ) -> Webhook:
        """Change a webhook; with the `version` that was seen it is `VersionConflict` if it has changed since."""
        return await self._ask(op.CHANGE_WEBHOOK, Webhook, id=webhook_id, body=changes, version=version, key=key)

    async def delete_webhook(self, webhook_id: str, *, version: int | None = None, key: str | None = None) -> Webhook:
        """Delete a webhook. Answers it as it was."""
        return await self._ask(op.DELETE_WEBHOOK, Webhook, id=webhook_id, version=version, key=key)

    async def rotate_webhook(
        self, webhook_id: str, *, version: int | None = None, key: str | None = None
    ) -> WebhookWithSecret:
        """Give a webhook a new secret, answered once; for a day both sign."""
        return await self._ask(op.ROTATE_WEBHOOK, WebhookWithSecret, id=webhook_id, version=version, key=key)

    async def deliveries(self, webhook_id: str, query: DeliveriesQuery = NEWEST_DELIVERIES) -> Page[Delivery]:
        """Deliveries to a webhook, with their outcome; the newest events first."""
        return await self._ask(op.LIST_DELIVERIES, Page[Delivery], id=webhook_id, query=query)

    async def replay(self, webhook_id: str, what: Replay, *, key: str | None = None) -> Replayed:
        """Send one event again, everything since a time, or the failed deliveries."""
        return await self._ask(op.REPLAY_WEBHOOK, Replayed, id=webhook_id, body=what, key=key)
