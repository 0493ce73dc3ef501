"""The tree of errors: complete, told in plain words."""

import pytest
from client_desk import problem, quote

from client import errors
from client.errors import CLASSES, HeadcountError, Invalid, QuoteStale, Refused, ServerFault, TooManyRequests
from contract.problems import PROBLEMS, FieldError, ProblemCode


def test_every_problem_has_a_class() -> None:
    """No refusal of the server is without a meaning here."""
    assert set(CLASSES) == set(ProblemCode)


@pytest.mark.parametrize("code", ProblemCode)
def test_classes_agree_with_the_status(code: ProblemCode) -> None:
    """A 4xx is a refusal, a 5xx the server's fault, and 429 alone is for haste."""
    family = Refused if PROBLEMS[code].status < 500 else ServerFault
    assert issubclass(CLASSES[code], family)
    assert issubclass(CLASSES[code], TooManyRequests) == (PROBLEMS[code].status == 429)


@pytest.mark.parametrize("code", ProblemCode)
def test_every_error_says_what_happened(code: ProblemCode) -> None:
    """Each error carries a sentence, its code, and the id that finds it in the server's log."""
    error = CLASSES[code]("It did not work.", problem=problem(code), retry_after=3)
    assert str(error) == error.message == "It did not work."
    assert error.request_id == "req_theirs"
    assert error.code is code


def test_every_class_is_drawn() -> None:
    """The picture in the module's docstring shows every class."""
    classes = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, HeadcountError)]
    assert errors.__doc__
    assert [each.__name__ for each in classes if f" {each.__name__}" not in errors.__doc__] == []


def test_stale_quote_brings_a_fresh_one() -> None:
    """A stale quote hands out the fresh one and what changed, or nothing when the server sent nonsense."""
    data = {"quote": quote(id="quo_2").model_dump(mode="json"), "changed": ["seats"]}
    stale = QuoteStale("Stale.", problem=problem(ProblemCode.QUOTE_STALE, data=data))
    assert stale.fresh == quote(id="quo_2")
    assert stale.changed == ("seats",)
    nonsense = QuoteStale("Stale.", problem=problem(ProblemCode.QUOTE_STALE, data={"quote": 3, "changed": 4}))
    assert nonsense.fresh is None
    assert nonsense.changed == ()


def test_invalid_names_the_fields() -> None:
    """What is wrong with a form arrives field by field."""
    wrong = FieldError(pointer="/email", code="invalid", detail="There is no @ in it.")
    error = Invalid("No.", problem=problem(ProblemCode.VALIDATION_FAILED, errors=(wrong,)))
    assert error.fields == (wrong,)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (59, "59 s"), (3600, "60 min"), (3601, "61 min"), (10801, "4 h"), (604800, "7 days")],
)
def test_haste_says_how_long_to_wait(seconds: float, text: str) -> None:
    """Whoever was too fast is told when to come back."""
    assert TooManyRequests("Slow down.", retry_after=seconds).advice == f"Try again in {text}."


def test_messages_are_short() -> None:
    """A server can't fill the screen with an error."""
    assert len(str(Refused("x" * 10_000))) == errors.LONGEST_MESSAGE
