"""Trying codes until one fits: ten wrong ones an hour by an account, and ten from an address (D21)."""

from functools import partial

from contract.problems import ProblemCode
from server.domain.codes import GUESSES
from server.http.call import Call
from server.http.problems import ServerProblem
from server.http.proxies import network_of_client
from server.limits import guesses


def check(call: Call) -> None:
    """Refuse another try for a while, also of a code that is right.

    Raises:
        ServerProblem: `too_many_guesses` with how long to wait.
    """
    wait = guesses.wait_of(call.connection, guessers(call), call.now)
    if wait is not None:
        raise ServerProblem(
            ProblemCode.TOO_MANY_GUESSES,
            f"{GUESSES} invalid codes within an hour.",
            retry_after=wait,
        )


def wrong(call: Call, code: ProblemCode, detail: str = "") -> ServerProblem:
    """A refusal that counts as a wrong guess: what it leaves is written though nothing else of the command is."""
    return ServerProblem(code, detail, leaves=partial(guesses.note, guessers=guessers(call), now=call.now))


def guessers(call: Call) -> list[str]:
    """Who is trying: the account, and the address if there is one (not behind a Unix socket)."""
    account = f"account {call.principal.account_id}"
    network = network_of_client(call.asked.http)
    return [account, f"address {network}"] if network else [account]
