"""`/v1/entitlements`."""

from contract.operations import ENTITLEMENT
from server.entitlements.answering import show_entitlement

HANDLERS = {ENTITLEMENT: show_entitlement}
