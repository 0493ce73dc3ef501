"""Every table, by name."""

from server.store.tables.billing import invoice_lines, invoices, payments, quotes, sandbox_charges
from server.store.tables.codes import invitation_code_uses, wrong_guesses
from server.store.tables.columns import metadata
from server.store.tables.devices import device_sign_ins
from server.store.tables.directory import directory
from server.store.tables.imports import import_rows, imports
from server.store.tables.limits import renewal_additions, told_outside
from server.store.tables.log import (
    event_owners,
    events,
    idempotency_keys,
    operator_actions,
    sandbox_state,
    seat_usage,
)
from server.store.tables.notifications import letters, webhook_deliveries, webhooks
from server.store.tables.ownership import ownership_offers
from server.store.tables.people import accounts, former_members, members, organisations, sign_in_links, tokens
from server.store.tables.selections import user_selection_parts, user_selections
from server.store.tables.single_sign_on import sign_on_flows, sign_on_subjects
from server.store.tables.starting import start_payments, starts
from server.store.tables.subscription import LIVING, subscriptions, users
from server.store.tables.transfers import asks, decision_items, decisions, invitation_codes, transfers

__all__ = [
    "LIVING",
    "accounts",
    "asks",
    "decision_items",
    "decisions",
    "device_sign_ins",
    "directory",
    "event_owners",
    "events",
    "former_members",
    "idempotency_keys",
    "import_rows",
    "imports",
    "invitation_code_uses",
    "invitation_codes",
    "invoice_lines",
    "invoices",
    "letters",
    "members",
    "metadata",
    "operator_actions",
    "organisations",
    "ownership_offers",
    "payments",
    "quotes",
    "renewal_additions",
    "sandbox_charges",
    "sandbox_state",
    "seat_usage",
    "sign_in_links",
    "sign_on_flows",
    "sign_on_subjects",
    "start_payments",
    "starts",
    "subscriptions",
    "tokens",
    "told_outside",
    "transfers",
    "user_selection_parts",
    "user_selections",
    "users",
    "webhook_deliveries",
    "webhooks",
    "wrong_guesses",
]
