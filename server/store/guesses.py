"""Wrong codes, by who tried them; they outlive a restart, and are forgotten after their hour."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from server.store.tables import wrong_guesses

G = wrong_guesses.c


def made_by(connection: Connection, guesser: str, since: dt.datetime, limit: int) -> list[dt.datetime]:
    """When this one guessed wrong after a moment: the last `limit` times, newest first."""
    found = select(G.made_at).where(G.guesser == guesser, G.made_at > since).order_by(G.made_at.desc())
    return list(connection.execute(found.limit(limit)).scalars())


def add(connection: Connection, guessers: Sequence[str], now: dt.datetime, forget: dt.datetime) -> None:
    """One more wrong code by each of these; what is older than `forget` is forgotten."""
    connection.execute(delete(wrong_guesses).where(G.made_at <= forget))
    connection.execute(insert(wrong_guesses), [{"guesser": guesser, "made_at": now} for guesser in guessers])
