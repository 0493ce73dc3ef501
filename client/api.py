"""Typed calls, one per operation of the contract.

Every command carries one idempotency key per intention: made here once, or passed by a caller who holds it across
restarts; all retries repeat it, so that nothing happens twice (D30). Every method raises `client.errors` only.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

from client.calling import Caller, Pace
from client.errors import BadAnswer, CannotConnect
from client.events import EventStream
from client.journal import Journal
from client.protocol import Channel, build, new_key
from contract import operations as op
from contract.base import Answer, Body, Query
from contract.billing import Forecast, ForecastQuery, Invoice, Payment, PaymentsQuery
from contract.events import Event, EventsQuery
from contract.operation import Operation
from contract.pages import Page, PageQuery
from contract.people import Me
from contract.quotes import Change, Confirmation, Quote
from contract.sandbox import Clock, ClockBody, PaymentsBody, PaymentsState
from contract.subscription import Overview, Plan, Subscription
from contract.transfers import DecisionReport, Decisions, NewTransfer, Reason, Transfer, TransfersQuery, UndoReport
from contract.users import NewUser, User, UserBatch, UserBatchReport, UserChanges, UsersQuery

A = TypeVar("A", bound=Answer)
T = TypeVar("T")
Q = TypeVar("Q", bound=PageQuery)

FIRST_PAGE = PageQuery()
ALL_USERS = UsersQuery()
ALL_TRANSFERS = TransfersQuery()
LATEST_EVENTS = EventsQuery()
ALL_PAYMENTS = PaymentsQuery()
NEXT_PAYMENTS = ForecastQuery()


class Client:
    """The API as methods. Made by `client.profile.open_client`; connects at the first call, closes with `aclose`.

    `connect` may block (it reads the token and loads the HTTP library), so it runs in a thread.
    """

    def __init__(
        self, connect: Callable[[], Channel], *, journal: Journal | None = None, pace: Pace | None = None
    ) -> None:
        self._connect = connect
        self._connecting = asyncio.Lock()
        self._channel: Channel | None = None
        self._closed = False
        self._caller = Caller(pace or Pace(), journal)
        self.journal = journal

    async def overview(self) -> Overview:
        """Everything the first screen paints."""
        return await self._ask(op.OVERVIEW, Overview)

    async def me(self) -> Me:
        """Who is signed in, and what they may do."""
        return await self._ask(op.ME, Me)

    async def plans(self, query: PageQuery = FIRST_PAGE) -> Page[Plan]:
        """The catalogue."""
        return await self._ask(op.PLANS, Page[Plan], query=query)

    async def subscription(self) -> Subscription:
        """The state of the subscription."""
        return await self._ask(op.SUBSCRIPTION, Subscription)

    async def quote(self, change: Change) -> Quote:
        """Price a change without making it (D4)."""
        return await self._ask(op.CREATE_QUOTE, Quote, body=change)

    async def get_quote(self, quote_id: str) -> Quote:
        """A quote asked for before."""
        return await self._ask(op.GET_QUOTE, Quote, id=quote_id)

    async def confirm(self, quote_id: str, *, key: str) -> Confirmation:
        """Make the change and charge exactly what the quote says (D5). The caller holds the key: `new_key()`."""
        return await self._ask(op.CONFIRM_QUOTE, Confirmation, id=quote_id, key=key)

    async def users(self, query: UsersQuery = ALL_USERS) -> Page[User]:
        """Users, filtered and sorted."""
        return await self._ask(op.LIST_USERS, Page[User], query=query)

    async def user(self, user_id: str) -> User:
        """One user."""
        return await self._ask(op.GET_USER, User, id=user_id)

    async def add_user(self, new: NewUser, *, key: str | None = None) -> User:
        """Add a user by hand (D15, D18)."""
        return await self._ask(op.ADD_USER, User, body=new, key=key)

    async def change_user(
        self, user_id: str, changes: UserChanges, *, version: int | None, key: str | None = None
    ) -> User:
        """Edit names or position of the user as it was read: another version is `VersionConflict`."""
        return await self._ask(op.CHANGE_USER, User, id=user_id, body=changes, version=version, key=key)

    async def remove_user(self, user_id: str, *, version: int | None = None, key: str | None = None) -> User:
        """Remove a user: frees the seat, refunds nothing (D19)."""
        return await self._ask(op.REMOVE_USER, User, id=user_id, version=version, key=key)

    async def restore_user(self, user_id: str, *, key: str | None = None) -> User:
        """Undo a removal (D19)."""
        return await self._ask(op.RESTORE_USER, User, id=user_id, key=key)

    async def batch_users(self, batch: UserBatch, *, key: str | None = None) -> UserBatchReport:
        """Add or remove many; one result each."""
        return await self._ask(op.BATCH_USERS, UserBatchReport, body=batch, key=key)

    async def transfers(self, query: TransfersQuery = ALL_TRANSFERS) -> Page[Transfer]:
        """Transfer requests both ways."""
        return await self._ask(op.LIST_TRANSFERS, Page[Transfer], query=query)

    async def transfer(self, transfer_id: str) -> Transfer:
        """One request."""
        return await self._ask(op.GET_TRANSFER, Transfer, id=transfer_id)

    async def create_transfer(self, new: NewTransfer, *, key: str | None = None) -> Transfer:
        """Ask an account to become a user (D22)."""
        return await self._ask(op.CREATE_TRANSFER, Transfer, body=new, key=key)

    async def accept_transfer(self, transfer_id: str, *, key: str | None = None) -> Transfer:
        """Accept an incoming request (D24)."""
        return await self._ask(op.ACCEPT_TRANSFER, Transfer, id=transfer_id, key=key)

    async def decline_transfer(self, transfer_id: str, *, reason: str = "", key: str | None = None) -> Transfer:
        """Decline an incoming request; the reason may stay empty."""
        return await self._ask(op.DECLINE_TRANSFER, Transfer, id=transfer_id, body=Reason(reason=reason), key=key)

    async def cancel_transfer(self, transfer_id: str, *, key: str | None = None) -> Transfer:
        """Cancel an outgoing request."""
        return await self._ask(op.CANCEL_TRANSFER, Transfer, id=transfer_id, key=key)

    async def resend_transfer(self, transfer_id: str, *, key: str | None = None) -> Transfer:
        """Send an outgoing request again; `TooManyRequests` within the hour (D23)."""
        return await self._ask(op.RESEND_TRANSFER, Transfer, id=transfer_id, key=key)

    async def decide(self, decisions: Decisions, *, key: str | None = None) -> DecisionReport:
        """Decide many requests as they were seen; one result each (D26)."""
        return await self._ask(op.DECIDE_TRANSFERS, DecisionReport, body=decisions, key=key)

    async def undo_decisions(self, report_id: str, *, key: str | None = None) -> UndoReport:
        """Take a `DecisionReport` back within ten minutes (D27)."""
        return await self._ask(op.UNDO_DECISIONS, UndoReport, id=report_id, key=key)

    async def invoices(self, query: PageQuery = FIRST_PAGE) -> Page[Invoice]:
        """Invoices, newest first."""
        return await self._ask(op.LIST_INVOICES, Page[Invoice], query=query)

    async def invoice(self, invoice_id: str) -> Invoice:
        """One invoice."""
        return await self._ask(op.GET_INVOICE, Invoice, id=invoice_id)

    async def payments(self, query: PaymentsQuery = ALL_PAYMENTS) -> Page[Payment]:
        """Payments, newest first, refused ones included."""
        return await self._ask(op.LIST_PAYMENTS, Page[Payment], query=query)

    async def forecast(self, query: ForecastQuery = NEXT_PAYMENTS) -> Forecast:
        """The next payments as they will be if nothing changes (D13)."""
        return await self._ask(op.FORECAST, Forecast, query=query)

    async def events(self, query: EventsQuery = LATEST_EVENTS) -> Page[Event]:
        """What happened: the newest first, or oldest first after an event (D29)."""
        return await self._ask(op.LIST_EVENTS, Page[Event], query=query)

    def stream(self, after: str = "evt_0") -> EventStream:
        """What happens after an event, for ever: an async iterator that reconnects by itself."""
        return EventStream(self._reach, after, self._caller.pace)

    async def set_clock(self, body: ClockBody, *, key: str | None = None) -> Clock:
        """Move the sandbox clock."""
        return await self._ask(op.SET_CLOCK, Clock, body=body, key=key)

    async def set_payments(self, body: PaymentsBody, *, key: str | None = None) -> PaymentsState:
        """What the sandbox gateway does with the next payment."""
        return await self._ask(op.SET_PAYMENTS, PaymentsState, body=body, key=key)

    async def all_pages(self, method: Callable[[Q], Awaitable[Page[T]]], query: Q) -> AsyncIterator[Page[T]]:
        """Page after page of a list, as in `all_pages(client.users, UsersQuery(limit=500))`."""
        while True:
            page = await method(query)
            yield page
            if not page.has_more:
                return
            if not page.next_cursor or page.next_cursor == query.cursor:
                message = "The server says that the list goes on, but not where."
                raise BadAnswer(message)
            query = query.model_copy(update={"cursor": page.next_cursor, "offset": None})

    async def aclose(self) -> None:
        """Close the connections; later calls are `CannotConnect`. Calling it twice does no harm."""
        async with self._connecting:
            channel, self._channel = self._channel, None
            self._closed = True
        if channel:
            await channel.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _reach(self) -> Channel:
        async with self._connecting:
            if self._closed:
                message = "The connections are closed already."
                raise CannotConnect(message)
            if self._channel is None:
                self._channel = await asyncio.to_thread(self._connect)
            return self._channel

    async def _ask(
        self,
        operation: Operation,
        answer: type[A],
        *,
        id: str | None = None,  # noqa: A002 - the contract's name for it
        query: Query | None = None,
        body: Body | None = None,
        version: int | None = None,
        key: str | None = None,
    ) -> A:
        if operation.method != "GET":
            key = key or new_key()
        call = build(operation, id=id, query=query, body=body, version=version, key=key)
        return await self._caller.answer(await self._reach(), call, answer)
