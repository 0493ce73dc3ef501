"""`/v1/transfers`. Requests that run out are ended by `server.renewals`, in one order with all else that falls due."""

from contract.operations import (
    ACCEPT_TRANSFER,
    CANCEL_TRANSFER,
    CREATE_TRANSFER,
    DECIDE_TRANSFERS,
    DECLINE_TRANSFER,
    GET_TRANSFER,
    LIST_DECISIONS,
    LIST_TRANSFERS,
    RESEND_TRANSFER,
    UNDO_DECISIONS,
)
from server.transfers.create import create_transfer
from server.transfers.decide import accept_transfer, decide_transfers, decline_transfer
from server.transfers.moves import cancel_transfer, resend_transfer
from server.transfers.reading import get_transfer, list_decisions, list_transfers
from server.transfers.undo import undo_decisions

HANDLERS = {
    LIST_TRANSFERS: list_transfers,
    CREATE_TRANSFER: create_transfer,
    GET_TRANSFER: get_transfer,
    ACCEPT_TRANSFER: accept_transfer,
    DECLINE_TRANSFER: decline_transfer,
    CANCEL_TRANSFER: cancel_transfer,
    RESEND_TRANSFER: resend_transfer,
    DECIDE_TRANSFERS: decide_transfers,
    LIST_DECISIONS: list_decisions,
    UNDO_DECISIONS: undo_decisions,
}
