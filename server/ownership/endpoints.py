"""`/v1/ownership`, what an account is offered, and `/v1/subscription/own-seat`."""

from contract.operations import (
    ACCEPT_OWNERSHIP,
    CANCEL_OWNERSHIP,
    DECLINE_OWNERSHIP,
    OFFER_OWNERSHIP,
    OWN_SEAT,
    OWNERSHIP,
    UNDO_OWNERSHIP,
)
from server.ownership.accepting import accept_ownership, undo_ownership
from server.ownership.moves import cancel_ownership, decline_ownership, offer_ownership
from server.ownership.own_seat import change_own_seat
from server.ownership.reading import show_ownership

HANDLERS = {
    OWNERSHIP: show_ownership,
    OFFER_OWNERSHIP: offer_ownership,
    CANCEL_OWNERSHIP: cancel_ownership,
    ACCEPT_OWNERSHIP: accept_ownership,
    DECLINE_OWNERSHIP: decline_ownership,
    UNDO_OWNERSHIP: undo_ownership,
    OWN_SEAT: change_own_seat,
}
