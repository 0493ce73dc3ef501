"""Who is behind which token: remembered as long as nothing at all was written."""

from server.store import tokens
from server.store.database import Database
from server.store.types import AnyRow

MOST = 1000
"""Tokens that are remembered; then it begins anew."""


class Holders:
    """The holders of the tokens that were used since anything was written last.

    Whatever is written, by whichever connection, forgets them all: a token that is taken back, an account that changes
    its role or leaves is seen by the very next request. Nothing is remembered of a token that does not exist.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._state: object = None
        self._rows: dict[str, AnyRow] = {}

    def get(self, token_id: str) -> AnyRow | None:
        """The token with its account, membership, organisation and subscription, as they are now."""
        if self._database.in_transaction:
            return self._database.ask(tokens.HOLDER, token_id=token_id)
        state = self._database.state()
        if state != self._state or len(self._rows) >= MOST:
            self._rows.clear()
            self._state = state
        row = self._rows.get(token_id)
        if row is None:
            row = self._database.ask(tokens.HOLDER, token_id=token_id)
            if row is not None:
                self._rows[token_id] = row
        return row
