"""Checking a database against its own rules: invariants, counters, money, the event chain (D5, D11, D16, D29)."""

from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from contract.events import Event
from server.operations import ledger_verification
from server.platform.text import made_safe
from server.store.events import event_id, link
from server.store.schema import HEAD, current_revision

RULES = {
    "subscription {0}: {1} users are active on {2} seats": """
        SELECT id, users_active, seats FROM subscriptions WHERE users_active > seats""",
    "subscription {0}: {1} users are not paid while {2} seats are free": """
        SELECT id, users_not_paid, seats - users_active FROM subscriptions
        WHERE users_not_paid > 0 AND seats > users_active""",
    "subscription {0}: {1} seats are above the high-water mark of {2}": """
        SELECT id, seats, high_water FROM subscriptions WHERE seats > high_water""",
    "subscription {0}: the counters say {1} active, {2} are": """
        SELECT s.id, s.users_active, (SELECT count(*) FROM users u WHERE u.subscription_id = s.id
          AND u.removed_at IS NULL AND u.status = 'active') AS real
        FROM subscriptions s WHERE s.users_active <> real""",
    "subscription {0}: the counters say {1} not paid, {2} are": """
        SELECT s.id, s.users_not_paid, (SELECT count(*) FROM users u WHERE u.subscription_id = s.id
          AND u.removed_at IS NULL AND u.status = 'not_paid') AS real
        FROM subscriptions s WHERE s.users_not_paid <> real""",
    "account {0} is listed {1} times": """
        SELECT account_id, count(*) FROM users WHERE removed_at IS NULL GROUP BY account_id HAVING count(*) > 1""",
    "request {0} is accepted, and made no user of its account ({1})": """
        SELECT t.id, coalesce(t.user_id, 'none') FROM transfers t
        LEFT JOIN users u ON u.id = t.user_id AND u.subscription_id = t.subscription_id AND u.account_id = t.account_id
        WHERE t.state = 'accepted' AND u.id IS NULL""",
    "request {0} is {1}, and names user {2}": """
        SELECT id, state, user_id FROM transfers WHERE state <> 'accepted' AND user_id IS NOT NULL""",
    "code {0}: {1} uses are counted, {2} are listed": """
        SELECT c.id, c.uses, (SELECT count(*) FROM invitation_code_uses u WHERE u.code_id = c.id) AS listed
        FROM invitation_codes c WHERE c.uses <> listed OR c.uses > coalesce(c.max_uses, c.uses)""",
    "invoice {0}: its lines make {1}, it says {2}": """
        SELECT i.id, coalesce(sum(l.amount), 0) AS lines, i.net FROM invoices i
        LEFT JOIN invoice_lines l ON l.invoice_id = i.id GROUP BY i.id, i.net HAVING lines <> i.net""",
    "invoice {0}: net {1} and tax {2} are not its total": """
        SELECT id, net, tax FROM invoices WHERE net + tax <> total""",
    "quote {0} was confirmed for {1}, its invoice says {2}": """
        SELECT q.id, q.due_now, coalesce(i.due, 0) FROM quotes q LEFT JOIN invoices i ON i.id = q.invoice_id
        WHERE q.status = 'confirmed' AND q.due_now <> coalesce(i.due, 0)""",
    "invoice {0}: {1} of it is paid from credit, so {2} is not what is due": """
        SELECT id, credit_applied, due FROM invoices WHERE due <> total - credit_applied OR due < 0""",
    "subscription {0}: its credit is {1}, its invoices leave {2}": """
        SELECT s.id, s.credit, -coalesce(sum(i.credit_applied), 0) AS kept FROM subscriptions s
        LEFT JOIN invoices i ON i.subscription_id = s.id AND i.status = 'paid'
        GROUP BY s.id, s.credit HAVING s.credit <> kept OR s.credit < 0""",
    "invoice {0} is paid, with {1} charges": """
        SELECT i.id, count(p.id) AS charges FROM invoices i
        LEFT JOIN payments p ON p.invoice_id = i.id AND p.status = 'succeeded'
        WHERE i.status = 'paid' GROUP BY i.id, i.due HAVING charges <> (i.due > 0)""",
    "invoice {0} is not paid, with {1} charges": """
        SELECT i.id, count(*) FROM invoices i JOIN payments p ON p.invoice_id = i.id AND p.status = 'succeeded'
        WHERE i.status <> 'paid' GROUP BY i.id""",
    "payment {0} took {1}, its invoice says {2}": """
        SELECT p.id, p.amount, i.due FROM payments p JOIN invoices i ON i.id = p.invoice_id
        WHERE p.status = 'succeeded' AND p.amount <> i.due""",
    "payment {0} succeeded, the sandbox charged {1} instead of {2}": """
        SELECT p.id, coalesce(c.amount, 0), p.amount FROM payments p
        LEFT JOIN sandbox_charges c ON c.key = p.gateway_key AND c.status = 'accept'
        WHERE p.status = 'succeeded' AND p.gateway = 'sandbox' AND p.amount <> coalesce(c.amount, 0)""",
    "payment {0} was asked, and no subscription is kept for it": """
        SELECT p.id FROM payments p LEFT JOIN subscriptions s
          ON s.pending_payment_id = p.id AND s.organisation_id = p.organisation_id
        WHERE p.status = 'asked' AND s.id IS NULL""",
    "subscription {0} is kept for payment {1}, which is not asked": """
        SELECT s.id, s.pending_payment_id FROM subscriptions s
        LEFT JOIN payments p ON p.id = s.pending_payment_id AND p.status = 'asked'
        WHERE s.pending_payment_id IS NOT NULL AND p.id IS NULL""",
    "payment {0} was asked, and neither an invoice nor a quote says for what": """
        SELECT p.id FROM payments p WHERE p.status = 'asked' AND p.invoice_id IS NULL
          AND NOT EXISTS (SELECT 1 FROM quotes q WHERE q.payment_id = p.id AND q.status = 'confirming')""",
    "quote {0} is being confirmed, and payment {1} is not asked": """
        SELECT q.id, coalesce(q.payment_id, 'none') FROM quotes q
        LEFT JOIN payments p ON p.id = q.payment_id AND p.status = 'asked'
        WHERE q.status = 'confirming' AND p.id IS NULL""",
    "the sandbox charged {1} under {0}, which is no payment of ours": """
        SELECT c.key, c.amount FROM sandbox_charges c LEFT JOIN payments p ON p.gateway_key = c.key
        WHERE c.status = 'accept' AND p.id IS NULL""",
    "the sandbox charged {1} under {0}, and the payment is {2}": """
        SELECT c.key, c.amount, p.status FROM sandbox_charges c JOIN payments p ON p.gateway_key = c.key
        WHERE c.status = 'accept' AND (p.gateway <> 'sandbox' OR p.status NOT IN ('asked', 'succeeded')
          OR p.amount <> c.amount OR p.currency <> c.currency)""",
    "webhook {0} was told up to event {1}, there are {2}": """
        SELECT w.id, w.position, o.event_seq FROM webhooks w JOIN organisations o ON o.id = w.organisation_id
        WHERE w.position > o.event_seq OR w.position < 0""",
    "webhook {0} waits to be told of event {1}, which it has not come to": """
        SELECT w.id, d.seq FROM webhooks w JOIN webhook_deliveries d ON d.webhook_id = w.id
        WHERE d.state = 'waiting' AND (d.seq > w.position OR d.next_at IS NULL)""",
    "letter {0} is {1} and still has its link": """
        SELECT id, state FROM letters WHERE state <> 'waiting' AND (link <> '' OR finished_at IS NULL)""",
    "the search index misses users, or has too many: {0} instead of {1}": """
        SELECT (SELECT count(*) FROM users_search_docsize) AS indexed,
          (SELECT count(*) FROM users WHERE removed_at IS NULL) AS listed WHERE indexed <> listed""",
    "the directory misses members, or has too many: {0} and {1} in its index, {2} are": """
        SELECT (SELECT count(*) FROM directory) AS kept, (SELECT count(*) FROM directory_search_docsize) AS indexed,
          (SELECT count(*) FROM members) AS real WHERE kept <> real OR indexed <> real""",
    "member {0}: the directory says {1} and “{2}”, which is not so": """
        SELECT d.account_id, d.role, d.status FROM directory d
        LEFT JOIN members m ON m.account_id = d.account_id AND m.organisation_id = d.organisation_id
        LEFT JOIN subscriptions s ON s.organisation_id = d.organisation_id
        LEFT JOIN users u ON u.account_id = d.account_id AND u.subscription_id = s.id AND u.removed_at IS NULL
        WHERE d.role IS NOT m.role OR d.status <> coalesce(u.status, '')""",
}
"""A sentence for each rule, and the query that finds what breaks it."""


def findings(connection: Connection) -> Iterator[str]:
    """Everything that is not as it should be, as sentences."""
    for sentence, query in RULES.items():
        for row in connection.execute(text(query)):
            yield sentence.format(*row)
    yield from ledger_verification.findings(connection)
    yield from broken_chains(connection)


def damage(connection: Connection) -> Iterator[str]:
    """What SQLite itself finds broken in the file: pages that do not fit together."""
    for (found,) in connection.execute(text("PRAGMA quick_check(5)")):
        if found != "ok":
            yield f"the file is damaged: {made_safe(found)}"


def everything(connection: Connection) -> Iterator[str]:
    """All findings; a file that is too damaged to be read through is one more.

    Of a database of another version only what all versions have is checked: the file and the chains. Nothing can be
    asked in this transaction afterwards, if the file is damaged.
    """
    try:
        yield from damage(connection)
        revision = current_revision(connection)
        if revision is None:
            yield "this is no database of Headcount's: it has none of its tables"
        else:
            yield from findings(connection) if revision == HEAD else broken_chains(connection)
    except DatabaseError as error:
        yield f"the file is damaged: {made_safe(str(error.orig))}"
        connection.rollback()


def broken_chains(connection: Connection) -> Iterator[str]:
    """Events that were changed, removed or inserted after the fact."""
    heads = connection.execute(text("SELECT id, event_seq, event_hash FROM organisations")).all()
    for organisation_id, last_seq, last_hash in heads:
        yield from _broken_chain(connection, organisation_id, (last_seq, last_hash))


def _broken_chain(connection: Connection, organisation_id: str, head: tuple[int, str]) -> Iterator[str]:
    query = (
        "SELECT seq, kind, idempotency_key, body, prev_hash, hash FROM events WHERE organisation_id = :id ORDER BY seq"
    )
    last, previous = 0, ""
    for number, row in enumerate(connection.execute(text(query), {"id": organisation_id}), 1):
        if row.seq != number or row.prev_hash != previous or row.hash != link(previous, row.body):
            yield f"organisation {organisation_id}: the event chain breaks at {event_id(row.seq)}"
            return
        if not _agrees(row.seq, row.kind, row.idempotency_key, row.body):
            yield f"organisation {organisation_id}: {event_id(row.seq)} is filed as something else"
        last, previous = number, row.hash
    if (last, previous) != head:
        yield f"organisation {organisation_id}: the event chain ends at {last} instead of {head[0]}"


def _agrees(seq: int, kind: str, key: str | None, body: str) -> bool:
    event = Event.model_validate_json(body)
    return (event.id, event.type.value, event.request.idempotency_key) == (event_id(seq), kind, key)
