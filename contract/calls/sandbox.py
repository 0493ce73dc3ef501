"""Calls about the sandbox's clock and gateway."""

from contract.operation import Key, Operation
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.sandbox import Clock, ClockBody, PaymentsBody, PaymentsState

SET_CLOCK = Operation(
    "set_clock",
    "POST",
    "/v1/sandbox/clock",
    "Move the sandbox clock; everything that falls due in between happens, in order",
    Clock,
    Permission.OPERATE_SANDBOX,
    body=ClockBody,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND,),
)
SET_PAYMENTS = Operation(
    "set_payments",
    "POST",
    "/v1/sandbox/payments",
    "What the sandbox gateway does with the next payment",
    PaymentsState,
    Permission.OPERATE_SANDBOX,
    body=PaymentsBody,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND,),
)
