"""Telling the sandbox gateway what to do with the next payment."""

from contract.sandbox import PaymentsBody, PaymentsState
from server.http.call import Call
from server.sandbox.state import set_next_payment


def set_payments(call: Call) -> PaymentsState:
    """What the next payments come to; after them the gateway accepts again."""
    body: PaymentsBody = call.body
    set_next_payment(call.connection, body.next, body.times, organisation_id=call.organisation_id)
    return PaymentsState(next=body.next, times=body.times)
