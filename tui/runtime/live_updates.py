"""How what changes on the server reaches whoever shows it: signals of the app around."""

from typing import Protocol

from textual.signal import Signal

from contract.events import EventKind
from contract.subscription import Overview
from tui.runtime.session import Session

__all__ = ["Hub"]


class Hub(Protocol):
    """What a live screen needs of the app around it."""

    session: Session
    overview_signal: Signal[Overview]
    changed_signal: Signal[frozenset[EventKind]]
