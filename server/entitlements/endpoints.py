"""`/v1/entitlements`."""

from contract.operations import ENTITLEMENT
from server.entitlements.answering import show_entitlement
from server.entitlements.quick import entitlement_of_user

HANDLERS = {ENTITLEMENT: show_entitlement}
QUICK = {ENTITLEMENT: entitlement_of_user}
