"""What helps against each error: on a screen, on a command line, and how a command ends."""

import re

import pytest
from client_desk import problem

from client import errors
from client.errors import CLASSES, HeadcountError, Invalid, ServerFault, TooManyRequests, class_for_status
from contract.problems import PROBLEMS, ProblemCode
from tui.presentation.remedies import (
    CONFLICT,
    FAILED,
    KINDS,
    NOT_ALLOWED,
    PAYMENT_REFUSED,
    REMEDIES,
    UNREACHABLE,
    USAGE,
    advice,
    exit_code_of,
)

SCREEN_WORDS = re.compile(r"\bpress\b|\brefresh|\bmarked\b|\b[a-z] (?:asks|shows)\b|\bscreen\b|in the list\b")
COMMAND_WORDS = re.compile(r"--\w|\brun the command\b|\bheadcount (?!server token)\w+")
OF_STATUS = {401: NOT_ALLOWED, 402: PAYMENT_REFUSED, 403: NOT_ALLOWED, 404: FAILED, 409: CONFLICT, 410: CONFLICT}


def failed(code: ProblemCode) -> HeadcountError:
    """The error that a problem becomes."""
    return CLASSES[code]("It did not work.", problem=problem(code))


@pytest.mark.parametrize("code", ProblemCode)
def test_each_problem_says_what_helps_where_it_is_read(code: ProblemCode) -> None:
    """No command line is told to press a key, and no screen to use an option; both get a sentence."""
    screen, command, _ = REMEDIES[code]
    for sentence in (screen, command):
        assert re.fullmatch(r"[A-Z].*\.", sentence)
    assert not SCREEN_WORDS.search(command)
    assert not COMMAND_WORDS.search(screen)
    error = failed(code)
    assert (advice(error, on_screen=True), advice(error, on_screen=False)) == (screen, command)


@pytest.mark.parametrize("code", ProblemCode)
def test_an_exit_code_follows_from_what_kind_of_refusal_it_is(code: ProblemCode) -> None:
    """A refused value is 2 as if the parser had refused it, a conflict 4, and what nobody can help here 1."""
    status, found = PROBLEMS[code].status, exit_code_of(failed(code))
    if status in OF_STATUS:
        assert found == OF_STATUS[status]
    elif issubclass(CLASSES[code], Invalid):
        assert found == USAGE or "update this program" in REMEDIES[code].command
    else:
        assert found in {FAILED, CONFLICT}


def test_every_error_has_one_exit_code_and_an_advice() -> None:
    """Whatever a client may raise, without a code of the server as well."""
    classes = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, HeadcountError)]
    assert len(classes) > 25
    for each in classes:
        error = each("It did not work.")
        assert exit_code_of(error) in {FAILED, USAGE, NOT_ALLOWED, CONFLICT, PAYMENT_REFUSED, UNREACHABLE}
        assert advice(error, on_screen=False).endswith(".")
        assert not SCREEN_WORDS.search(advice(error, on_screen=False)), each


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 410, 412, 413, 418, 422, 429, 500, 503])
def test_a_code_that_only_a_newer_server_knows_is_judged_by_its_status(status: int) -> None:
    """Nothing ends without an advice because this program is old."""
    kind = class_for_status(status)
    assert any(issubclass(kind, each) for each in KINDS)
    assert exit_code_of(kind("No.")) == OF_STATUS.get(status, exit_code_of(kind("No.")))


def test_an_uncertain_command_is_looked_up_first() -> None:
    """When a command may have been done, nobody is told to simply try again, and each is told where to look."""
    error = ServerFault("It failed.")
    error.uncertain = True
    assert "Activity" in advice(error, on_screen=True)
    assert "headcount events" in advice(error, on_screen=False)


def test_who_must_wait_is_told_how_long() -> None:
    """A time that the server names says more than any rule."""
    error = TooManyRequests("Slow down.", problem=problem(ProblemCode.RATE_LIMITED), retry_after=3)
    assert advice(error, on_screen=False) == advice(error, on_screen=True) == "Try again in 3 s."
