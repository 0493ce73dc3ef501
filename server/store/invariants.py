"""What a database is checked for: a sentence for each rule, and the query that finds what breaks it (D5, D11, D16)."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select, text

from server.store.tables import invoices, payments
from server.store.types import AnyRow, Connection

STATE_RULES = {
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
    "subscription {0}: {1} seats are paid, {2} of them were invoiced and {3} granted": """
        SELECT id, high_water, invoiced, granted_seats FROM (
          SELECT s.*, (SELECT coalesce(sum(l.quantity), 0) FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
            WHERE i.subscription_id = s.id AND i.status = 'paid' AND l.unit_price = s.unit_price
              AND l.period_start = s.period_start AND l.period_end = s.period_end
              AND i.issued_at >= coalesce((SELECT max(e.created_at) FROM events e
                WHERE e.organisation_id = s.organisation_id AND e.kind = 'subscription.started'
                  AND CASE WHEN json_valid(e.body) THEN json_extract(e.body, '$.object.attributes.plan') END IS NOT NULL
              ), '')) AS invoiced
          FROM subscriptions s WHERE s.unit_price > 0)
        WHERE high_water <> invoiced + granted_seats""",
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
        LEFT JOIN start_payments s ON s.id = c.key
        WHERE c.status = 'accept' AND p.id IS NULL AND s.id IS NULL""",
    "the sandbox charged {1} under {0}, and the payment is {2}": """
        SELECT c.key, c.amount, p.status FROM sandbox_charges c JOIN payments p ON p.gateway_key = c.key
        WHERE c.status = 'accept' AND (p.gateway <> 'sandbox' OR p.status NOT IN ('asked', 'succeeded')
          OR p.amount <> c.amount OR p.currency <> c.currency)""",
    "start {0} is in progress, and no payment for it is asked": """
        SELECT s.id FROM starts s LEFT JOIN start_payments p ON p.start_id = s.id AND p.status = 'asked'
        WHERE s.status = 'confirming' GROUP BY s.id HAVING count(p.id) <> 1""",
    "payment {0} is asked for start {1}, which is {2}": """
        SELECT p.id, s.id, s.status FROM start_payments p JOIN starts s ON s.id = p.start_id
        WHERE p.status = 'asked' AND s.status <> 'confirming'""",
    "start {0} is done, and its organisation has no confirmed quote of that number": """
        SELECT s.id FROM starts s LEFT JOIN quotes q
          ON q.id = s.id AND q.organisation_id = s.organisation_id AND q.status = 'confirmed'
        WHERE s.status = 'confirmed' AND q.id IS NULL""",
    "payment {0} succeeded for a start, and is no payment of an organisation": """
        SELECT p.id FROM start_payments p LEFT JOIN payments q ON q.id = p.id AND q.status = 'succeeded'
        WHERE p.status = 'succeeded' AND q.id IS NULL""",
    "the sandbox charged {1} under {0}, and the payment for the start was declined": """
        SELECT c.key, c.amount FROM sandbox_charges c JOIN start_payments p ON p.id = c.key
        WHERE c.status = 'accept' AND p.status = 'declined'""",
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
"""What has to be so in every database of this version."""

LEDGER_RULES = {
    "invoice {0}: its subscription is not of the organisation {1}": """
        SELECT i.id, i.organisation_id FROM invoices i LEFT JOIN subscriptions s
        ON s.id = i.subscription_id AND s.organisation_id = i.organisation_id WHERE s.id IS NULL""",
    "organisation {0}: its last invoice is number {1}, it has {2}": """
        SELECT organisation_id, max(serial), count(*) FROM invoices
        GROUP BY organisation_id HAVING max(serial) <> count(*)""",
    "organisation {0}: its last {1} is number {2}, it has {3}": """
        SELECT organisation_id, replace(kind, '_', ' '), max(number_of_kind), count(*) FROM invoices
        GROUP BY organisation_id, kind HAVING max(number_of_kind) <> count(*)""",
    "invoice {0}: it is number {1} of its kind and called {2}": """
        SELECT id, number_of_kind, number FROM invoices
        WHERE number <> printf('%s-%05d', CASE kind WHEN 'credit_note' THEN 'CN' ELSE 'INV' END, number_of_kind)""",
    "credit note {0}: it gives back nothing of any invoice": """
        SELECT id FROM invoices i WHERE kind = 'credit_note' AND (total >= 0 OR NOT EXISTS (
          SELECT 1 FROM invoice_lines l WHERE l.invoice_id = i.id AND l.credits <> ''))""",
    "invoice {0}: its lines are not counted through": """
        SELECT invoice_id FROM invoice_lines GROUP BY invoice_id
        HAVING min(position) <> 0 OR max(position) + 1 <> count(*)""",
    "payment {0}: its key at the gateway is {1}": """
        SELECT id, gateway_key FROM payments WHERE gateway_key <> id""",
    "payment {0}: its invoice is of another organisation": """
        SELECT p.id FROM payments p JOIN invoices i ON i.id = p.invoice_id
        WHERE i.organisation_id <> p.organisation_id""",
}
"""What has to be so of invoices and payments."""

_TOLD = """
    SELECT organisation_id, kind, created_at, json_extract(body, '$.object.id') AS id,
      json_extract(body, '$.object.attributes.amount') AS amount,
      coalesce(json_extract(body, '$.object.attributes.reason'), '') AS reason,
      json_extract(body, '$.object.attributes.digest') AS digest, json_extract(body, '$.actor.account_id') AS account_id
    FROM events WHERE kind IN ('invoice.issued', 'payment.succeeded', 'payment.failed')"""


def broken(connection: Connection, rules: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each row that breaks one of these rules."""
    for sentence, query in rules.items():
        for row in connection.execute(text(query)):
            yield sentence.format(*row)


def damage(connection: Connection) -> Iterator[str]:
    """What SQLite itself finds broken in the file: pages that do not fit together."""
    for (found,) in connection.execute(text("PRAGMA quick_check(5)")):
        if found != "ok":
            yield found


def told_of_money(connection: Connection) -> Sequence[AnyRow]:
    """What the history says was issued and settled, as it is stored."""
    return connection.execute(text(_TOLD)).all()


def every_invoice(connection: Connection) -> Sequence[AnyRow]:
    """The invoices of all organisations."""
    return connection.execute(select(invoices).order_by(invoices.c.id)).all()


def every_payment(connection: Connection) -> Iterator[tuple[AnyRow, int | None]]:
    """The payments of all organisations, each with when it was settled as it is stored."""
    raw = connection.execute(text("SELECT id, settled_at FROM payments"))
    moments: dict[str, int | None] = {row.id: row.settled_at for row in raw}
    for row in connection.execute(select(payments)):
        yield row, moments[row.id]


def counted(connection: Connection) -> tuple[int, int]:
    """How many organisations and events there are."""
    row = connection.execute(text("SELECT count(*), coalesce(sum(event_seq), 0) FROM organisations")).one()
    return int(row[0]), int(row[1])


def heads(connection: Connection) -> Sequence[AnyRow]:
    """`id`, `event_seq` and `event_hash` of every organisation, in a database of any version."""
    return connection.execute(text("SELECT id, event_seq, event_hash FROM organisations")).all()


def chain(connection: Connection, organisation_id: str) -> Iterator[AnyRow]:
    """An organisation's events in order, as they are stored, in a database of any version."""
    query = (
        "SELECT seq, kind, idempotency_key, body, prev_hash, hash FROM events WHERE organisation_id = :id ORDER BY seq"
    )
    yield from connection.execute(text(query), {"id": organisation_id})
