"""Telling webhooks: one courier for each that is switched on, beside the requests and beside each other.

A courier sleeps until its organisation has news, or until something is to be tried again. It reads in one transaction,
talks to the network with none open, and notes in another.
"""

import asyncio
import logging
import time
from contextlib import suppress

from server.notifications import delivery_cursor, delivery_log
from server.notifications.delivery_log import Attempt
from server.notifications.targets import networks_of
from server.notifications.waiting import wait
from server.platform.services import Services
from server.store import webhooks
from server.store.errors import StoreError
from server.store.types import AnyRow

log = logging.getLogger("headcount.server")

AT_ONCE = 16
"""So many webhooks are told at the same time."""

WRITTEN_EVERY = 1.0
"""Seconds after which what became of a turn's beginning is written; so much may be sent twice after a crash."""


class Couriers:
    """As long as the server runs, a courier for each webhook that is switched on."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._at_work: dict[str, asyncio.Task[None]] = {}

    async def work(self) -> None:
        """Follow what owners switch on and off."""
        try:
            with self._services.notices.listen(webhooks.WEBHOOKS) as bell:
                while not self._services.notices.closed:
                    bell.clear()
                    await self._follow()
                    await wait(bell, None)
        finally:
            await self._send_home(list(self._at_work))

    async def _follow(self) -> None:
        try:
            with self._services.database.read() as connection:
                wanted = {row.id: row.organisation_id for row in webhooks.enabled(connection)}
        except StoreError:
            log.exception("the webhooks could not be read; those known are told on")
            return
        await self._send_home([each for each in self._at_work if each not in wanted])
        for webhook_id, organisation_id in wanted.items():
            if webhook_id not in self._at_work:
                courier = Courier(self._services, webhook_id, organisation_id, self._slots)
                self._at_work[webhook_id] = asyncio.create_task(courier.work())

    async def _send_home(self, webhook_ids: list[str]) -> None:
        tasks = [self._at_work.pop(each) for each in webhook_ids]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


class Courier:
    """Tells one webhook. It remembers, only for itself, how far the log holds nothing more for it."""

    def __init__(self, services: Services, webhook_id: str, organisation_id: str, slots: asyncio.Semaphore) -> None:
        self._services = services
        self._webhook_id = webhook_id
        self._organisation_id = organisation_id
        self._slots = slots
        self._read = (-1, -1)
        """The position that is stored, and how far was read from there."""

    async def work(self) -> None:
        """Tell what there is, and sleep; for ever."""
        with self._services.notices.listen(self._organisation_id) as bell:
            while not self._services.notices.closed:
                bell.clear()
                try:
                    pause = await self.turn()
                except Exception:
                    log.exception("webhook %s could not be told; it is tried again later", self._webhook_id)
                    pause = self._services.settings.chores
                await wait(bell, pause)

    async def turn(self) -> float | None:
        """Tell what is due; answers the seconds until there is more to do, None for as long as nobody rings.

        Nothing is told while that could not be noted: it would be told again and again.
        """
        turn = self._plan()
        if turn is None:
            return None
        if turn.messages and not self._services.heartbeat.alive():
            return self._services.settings.chores
        if turn.messages:
            async with self._slots:
                await self._tell(turn)
            return 0
        if turn.scanned - turn.webhook.position >= delivery_cursor.SCAN:
            await self._write(turn, [])
        self._read = (turn.webhook.position, turn.scanned)
        return turn.pause

    def _plan(self) -> delivery_cursor.Turn | None:
        with self._services.database.read() as connection:
            webhook = webhooks.told(connection, self._webhook_id)
            if webhook is None:
                return None
            stored, read = self._read
            begin_at = max(read, webhook.position) if stored == webhook.position else webhook.position
            return delivery_cursor.plan(connection, webhook, self._services.clock.machine(), begin_at)

    async def _tell(self, turn: delivery_cursor.Turn) -> None:
        """Whatever interrupts it, what was answered until then is written."""
        attempts: list[Attempt] = []
        try:
            await self._send(turn, attempts)
        finally:
            if attempts:
                await self._write(turn, attempts)

    async def _send(self, turn: delivery_cursor.Turn, attempts: list[Attempt]) -> None:
        from server.notifications.http_delivery import Post

        clock, settings, begun = self._services.clock, self._services.settings, time.monotonic()
        in_force = _secrets(turn.webhook, self._services)
        async with Post(turn.webhook.url, in_force, networks_of(settings), settings.webhook_patience) as post:
            for message in turn.messages:
                outcome = await post.tell(message.message_id, message.body, clock.machine())
                attempts.append(Attempt(message, outcome, clock.machine()))
                refused = message.fresh and not outcome.delivered
                if refused or outcome.gone or time.monotonic() - begun > WRITTEN_EVERY:
                    return

    async def _write(self, turn: delivery_cursor.Turn, attempts: list[Attempt]) -> None:
        async with self._services.database.writing() as connection:
            delivery_log.write(connection, turn, attempts, self._services.clock.now())


def _secrets(webhook: AnyRow, services: Services) -> list[str]:
    until = webhook.old_secret_until
    both = until is not None and services.clock.machine() < until
    return [webhook.secret, webhook.old_secret] if both else [webhook.secret]
