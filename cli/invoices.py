"""`headcount invoices`: what was charged, and whether it adds up."""

import argparse
import asyncio
import datetime as dt
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from cli.connection import Stop, Target, call, chosen
from cli.exit_codes import DONE, FAILED, USAGE
from cli.invoice_files import Malformed, read_invoices
from cli.lists import gathered, how_many, print_list, tell_rest
from cli.tables import print_json, print_table
from cli.users import place, saved, tell_saved
from client.api import Client
from client.errors import NotFound
from client.saved_files import save_table
from contract.billing import Invoice, InvoiceKind
from contract.explain import Explanation, explain
from contract.money import Money, minor_units
from contract.pages import MAX_LIMIT, PageQuery
from server.platform.streams import code_stands
from tui.presentation.errors import set_by_contract
from tui.presentation.text import clean
from tui.presentation.wording import count

__all__ = ["COLUMNS", "explain_one", "export", "list_newest", "show"]

_LONGEST = 500


def list_newest(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """The newest invoices, newest first: a table, or one JSON object a line."""
    target = chosen(options, flags)
    listed = call(target, lambda client: gathered(client, client.invoices, PageQuery(), how_many(options)))
    if options.json:
        print_list(listed)
    elif found := listed.items:
        head = ("number", "issued", "status", "total", "credit", "paid", "due", "what")
        rows = [
            (
                each.number,
                f"{each.issued_at:%Y-%m-%d}",
                _status(each),
                *(f"{amount}" for amount in (each.total, each.credit_applied, each.amount_paid, each.amount_due)),
                _what(each),
            )
            for each in found
        ]
        print_table(head, rows, right=(3, 4, 5, 6))
        tell_rest(listed)
    else:
        print(set_by_contract(call(target, lambda client: client.overview())) or "No invoices yet.")
    return DONE


def _status(invoice: Invoice) -> str:
    """A credit note is not paid: it is credited."""
    return "credited" if invoice.kind is InvoiceKind.CREDIT_NOTE else invoice.status.value


def _what(invoice: Invoice) -> str:
    first = clean(invoice.lines[0].description, 60) if invoice.lines else ""
    more = f" and {len(invoice.lines) - 1} more" if len(invoice.lines) > 1 else ""
    return first + more


COLUMNS = (
    *("number", "kind", "status", "issued", "credits", "currency", "net", "tax_rate", "tax"),
    *("total", "credit_applied", "amount_paid", "amount_due", "lines", "id"),
)
"""The columns of the file: a row for each invoice or credit note, oldest first; amounts are plain numbers."""


def export(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Save them all."""
    into = place(options, f"invoices-{dt.datetime.now().astimezone():%Y-%m-%d}.csv")

    async def save(client: Client, path: Path, replace: bool) -> int:  # noqa: FBT001 - the shape of Save
        found = (await gathered(client, client.invoices, PageQuery(), None)).items
        rows = [COLUMNS, *(_exported(each) for each in reversed(found))]
        await asyncio.to_thread(save_table, path, rows, replace=replace)
        return len(found)

    number = saved(chosen(options, flags), save, into, force=options.force)
    return tell_saved(options, into, count(number, "invoice"), number)


def _exported(invoice: Invoice) -> tuple[str | Decimal, ...]:
    """One of them in these columns."""
    names = ("total", "credit_applied", "amount_paid", "amount_due")
    return (
        invoice.number,
        invoice.kind.value,
        invoice.status.value,
        f"{invoice.issued_at:%Y-%m-%dT%H:%M:%SZ}",
        " ".join(invoice.credits),
        invoice.total.currency,
        _figure(invoice.net),
        Decimal(invoice.tax_rate) / 100,
        _figure(invoice.tax),
        *(_figure(getattr(invoice, name)) for name in names),
        "; ".join(line.description for line in invoice.lines),
        invoice.id,
    )


def _figure(amount: Money) -> Decimal:
    """An amount as a number with the currency's decimals."""
    return Decimal(amount.amount).scaleb(-minor_units(amount.currency))


def show(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """One invoice with its lines and payments, by id or number."""
    invoice = _asked_for(chosen(options, flags), options.id)
    if options.json:
        print_json(invoice)
        return DONE
    head = (invoice.kind.value.replace("_", " "), "")
    print_table(head, [(name, f"{value}") for name, value in _facts(invoice)])
    if invoice.lines:
        print()
        lines = [
            (each.description, _days(each.service_start, each.service_end), f"{each.amount}") for each in invoice.lines
        ]
        print_table(("line", "days", "amount"), lines, right=(2,))
    if shares := [share for line in invoice.lines for share in line.shares]:
        print()
        print_table(("for", "share"), [(each.name, f"{each.amount}") for each in shares], right=(1,))
    if invoice.payments:
        print()
        tries = [
            (each.id, f"{each.created_at:%Y-%m-%d %H:%M}", each.status.value, each.reason) for each in invoice.payments
        ]
        print_table(("payment", "asked", "became", "reason"), tries)
    return DONE


def _facts(invoice: Invoice) -> Sequence[tuple[str, object]]:
    names = [("credits", ", ".join(invoice.credits))] if invoice.credits else []
    return (
        ("number", invoice.number),
        ("id", invoice.id),
        ("issued", f"{invoice.issued_at:%Y-%m-%d}"),
        ("status", _status(invoice)),
        *names,
        ("net", invoice.net),
        ("tax", invoice.tax),
        ("total", invoice.total),
        ("credit", invoice.credit_applied),
        ("paid", invoice.amount_paid),
        ("due", invoice.amount_due),
    )


def explain_one(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Recompute an invoice; with a file no server is asked. 1 when something does not add up, 2 for a bad file."""
    if options.file is None:
        found = [_asked_for(chosen(options, flags), options.id)]
    else:
        found = _in_file(options.file, options.id)
    readings = [explain(each) for each in found]
    for reading in readings:
        print("\n".join(clean(line, _LONGEST) for line in said_of(reading)))
    code_stands()
    return DONE if all(each.adds_up for each in readings) else FAILED


def said_of(reading: Explanation) -> list[str]:
    """The whole sum in lines, and the verdict last. Not cleaned yet."""
    invoice = reading.invoice
    said = [f"{invoice.number} ({invoice.id}), {invoice.issued_at:%Y-%m-%d}, {_status(invoice)}"]
    for each in reading.lines:
        line = each.line
        said += [
            f"{each.number}. {line.description}",
            f"   {each.steps}",
            f"   for {_days(line.service_start, line.service_end)}, of {_days(line.period_start, line.period_end)}",
        ]
    said += reading.steps
    if reading.findings:
        return [*said, f"{invoice.number} does not add up:", *(f"! {finding}" for finding in reading.findings)]
    seal = "its seal is valid" if reading.sealed else "it has no seal, so only the sums could be checked"
    return [*said, f"{invoice.number} adds up, and {seal}."]


def _days(first: dt.date, end: dt.date) -> str:
    """`2026-11-21 to 2026-11-30`: the last day is the one before the end."""
    return f"{first} to {end - dt.timedelta(days=min(1, end.toordinal() - 1))}"


def _in_file(name: str, wanted: str) -> list[Invoice]:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        invoices = read_invoices(content)
    except OSError as error:
        message = f"{clean(name)} can't be read: {error.strerror}."
        raise Stop(message, USAGE) from error
    except Malformed as error:
        message = f"{'The input' if name == '-' else clean(name)} contains no readable invoice: {clean(str(error))}."
        raise Stop(message, USAGE) from error
    found = [each for each in invoices if _is(each, wanted)]
    if not found:
        holds = ", ".join(clean(each.number, 40) for each in invoices[:3]) or "nothing"
        more = f" and {len(invoices) - 3} more" if len(invoices) > 3 else ""  # noqa: PLR2004 - three are named
        message = f"Unknown invoice {clean(wanted, 60)} in it, only {holds}{more}."
        raise Stop(message, FAILED)
    return found


def _is(invoice: Invoice, wanted: str) -> bool:
    return wanted in {invoice.id, invoice.number} or wanted.casefold() == invoice.number.casefold()


def _asked_for(target: Target, wanted: str) -> Invoice:
    found = call(target, lambda client: _find(client, wanted))
    if found is None:
        message = f"Unknown invoice {clean(wanted, 60)}. See: headcount invoices list"
        raise Stop(message, FAILED)
    return found


async def _find(client: Client, wanted: str) -> Invoice | None:
    """By id at once; by number from page to page, since numbers are for people."""
    if wanted.startswith("inv_") and wanted.isascii() and wanted.removeprefix("inv_").isalnum():
        try:
            return await client.invoice(wanted)
        except NotFound:
            return None
    async for page in client.all_pages(client.invoices, PageQuery(limit=MAX_LIMIT)):
        for each in page.items:
            if _is(each, wanted):
                return each
    return None
