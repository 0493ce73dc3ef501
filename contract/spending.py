"""An admin's monthly spending limit, and how a change stands against it (the table before D28)."""

from contract.base import Answer
from contract.money import Money
from contract.people import LimitOf, Role

MOST_LIMIT = 10**15
"""Minor units of the highest monthly limit that can be set."""


class SpendingCheck(Answer):
    """How a change counts against the monthly limit of whoever asks: before it is made, or why it was refused.

    `spent` counts already: what was paid this month, and by how much its renewals were made larger. `due_now` is what
    this change charges now, `renewal_adds` by how much it makes the next renewal larger (below nothing: smaller).
    `left` is what may still be spent before it. `needed_role` is who can raise the limit, or make the change instead.
    `limit_of` says whose limit it is: the member's, or the token's own.
    """

    limit: Money
    spent: Money
    left: Money
    due_now: Money
    renewal_adds: Money
    allowed: bool
    needed_role: Role = Role.OWNER
    limit_of: LimitOf = LimitOf.MEMBER
