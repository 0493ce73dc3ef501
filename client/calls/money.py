"""What is paid: plans, quotes, invoices, payments, the sandbox."""

from client.calls.base import BaseClient
from contract import operations as op
from contract.billing import Forecast, ForecastQuery, Invoice, Payment, PaymentsQuery
from contract.pages import Page, PageQuery
from contract.quotes import Change, Confirmation, Quote
from contract.sandbox import Clock, ClockBody, PaymentsBody, PaymentsState
from contract.subscription import Plan, Subscription

FIRST_PAGE = PageQuery()
ALL_PAYMENTS = PaymentsQuery()
NEXT_PAYMENTS = ForecastQuery()


class MoneyCalls(BaseClient):
    """What is paid: plans, quotes, invoices, payments, the sandbox."""

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
        """The next payments if nothing changes (D13)."""
        return await self._ask(op.FORECAST, Forecast, query=query)

    async def set_clock(self, body: ClockBody, *, key: str | None = None) -> Clock:
        """Move the sandbox clock."""
        return await self._ask(op.SET_CLOCK, Clock, body=body, key=key)

    async def set_payments(self, body: PaymentsBody, *, key: str | None = None) -> PaymentsState:
        """What the sandbox gateway does with the next payment."""
        return await self._ask(op.SET_PAYMENTS, PaymentsState, body=body, key=key)
