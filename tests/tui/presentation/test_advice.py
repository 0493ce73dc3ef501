"""What to do about an error fits whoever reads it: an owner, somebody with another role, and who was invited."""

import pytest

from client import errors
from client.errors import CLASSES, HeadcountError
from contract.problems import PROBLEMS, Problem, ProblemCode
from tui.presentation.remedies import advice

MANAGING = ("buy a seat", "remove a user", "add or remove users", "move to a plan", "more seats", "write to the vendor")
"""What only somebody who manages a subscription can do."""

ASKING = ("ask the owner", "ask an owner", "with the owner")
"""What an owner can't do."""


def advice_for(code: ProblemCode, *, about_oneself: bool) -> str:
    """What is said to do about a problem, on a screen and on a command line."""
    kind = PROBLEMS[code]
    error = CLASSES[code](kind.title, problem=Problem(title=kind.title, status=kind.status, code=code))
    error.about_oneself = about_oneself
    return f"{advice(error, on_screen=True)} {advice(error, on_screen=False)}"


@pytest.mark.parametrize("code", ProblemCode)
def test_who_was_invited_is_not_told_to_manage_a_subscription(code: ProblemCode) -> None:
    """Whatever one's own affair is refused with, nothing is advised that only a manager of the subscription can do."""
    said = advice_for(code, about_oneself=True).lower()
    assert not [each for each in MANAGING if each in said]


@pytest.mark.parametrize("about_oneself", [False, True])
@pytest.mark.parametrize("code", ProblemCode)
def test_nobody_is_told_to_ask_themselves(code: ProblemCode, about_oneself: bool) -> None:  # noqa: FBT001 - a case
    """No advice sends its reader to the owner, since that may be who reads it."""
    said = advice_for(code, about_oneself=about_oneself).lower()
    assert not [each for each in ASKING if each in said]


def test_no_kind_of_error_sends_anybody_to_themselves() -> None:
    """Nor does the advice of an error whose code is not known."""
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, HeadcountError)]
    assert len(kinds) > 20
    for kind in kinds:
        said = f"{advice(kind('x'), on_screen=True)} {advice(kind('x'), on_screen=False)}".lower()
        assert not [each for each in (*ASKING, *MANAGING) if each in said], kind
