"""Trying codes until one fits: ten wrong ones an hour by an account, and ten from an address (D21)."""

from functools import partial

from contract.problems import ProblemCode
from server.domain.codes import GUESSES, GUESSING_TIME, retry_after
from server.http.call import Call
from server.http.problems import ServerProblem
from server.http.proxies import network_of
from server.store import codes


def check(call: Call) -> None:
    """Refuse another try for a while, also of a code that is right.

    Raises:
        ServerProblem: `too_many_guesses` with how long to wait.
    """
    since = call.now - GUESSING_TIME
    waits = [
        retry_after(codes.guesses_of(call.connection, guesser, since, GUESSES), call.now) for guesser in guessers(call)
    ]
    longest = max((wait for wait in waits if wait is not None), default=None)
    if longest is not None:
        raise ServerProblem(
            ProblemCode.TOO_MANY_GUESSES,
            f"{GUESSES} invalid codes within an hour.",
            retry_after=longest,
        )


def wrong(call: Call, code: ProblemCode, detail: str = "") -> ServerProblem:
    """A refusal that counts as a wrong guess: what it leaves is written though nothing else of the command is."""
    since = call.now - GUESSING_TIME
    return ServerProblem(
        code, detail, leaves=partial(codes.add_guesses, guessers=guessers(call), now=call.now, forget=since)
    )


def guessers(call: Call) -> list[str]:
    """Who is trying: the account, and the address if there is one (not behind a Unix socket)."""
    account = f"account {call.principal.account_id}"
    client = call.asked.http.client
    return [account, f"address {network_of(client.host)}"] if client and client.host else [account]
