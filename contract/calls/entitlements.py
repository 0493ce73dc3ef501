"""The call of the vendor's product."""

from contract.entitlements import Entitlement
from contract.operation import Operation
from contract.people import Permission

ENTITLEMENT = Operation(
    "entitlement",
    "GET",
    "/v1/entitlements/{id}",
    "Whether an account, by its id or e-mail, can use the service now",
    Entitlement,
    Permission.READ,
    by_name=True,
)
