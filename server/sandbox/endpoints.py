"""`/v1/sandbox/…`: bound only on a server that was started with `--sandbox`."""

from contract.operations import SET_CLOCK, SET_PAYMENTS
from server.sandbox.controls import set_clock, set_payments

HANDLERS = {SET_CLOCK: set_clock, SET_PAYMENTS: set_payments}
