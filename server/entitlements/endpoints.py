"""`/v1/entitlements`."""

from contract.operations import ENTITLEMENT
from server.entitlements.answering import entitlement_of_user, show_entitlement

HANDLERS = {ENTITLEMENT: show_entitlement}
QUICK = {ENTITLEMENT: entitlement_of_user}
