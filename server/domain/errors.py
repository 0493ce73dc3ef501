"""How a rule says no."""

from typing import Any

from contract.problems import ProblemCode


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    """A change the rules don't allow: the problem code, a sentence for people, and data for programs."""

    def __init__(self, code: ProblemCode, detail: str, **data: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.data = data
