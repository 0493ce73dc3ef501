"""One idempotency key per intention: repeating a command that got no answer repeats its key (D30)."""

from client.errors import HeadcountError, ServerFault, Unreachable
from client.protocol import new_key
from contract.base import Body

__all__ = ["Intentions"]


class Intentions:
    """Remembers the key of every command whose outcome is open, by what exactly was to be done."""

    def __init__(self) -> None:
        self._open: dict[str, str] = {}

    def key(self, body: Body, about: str = "") -> str:
        """The key for doing this; the same one as before when it was tried and nobody knows what became of it."""
        return self._open.setdefault(_name(body, about), new_key())

    def answered(self, body: Body, about: str = "") -> None:
        """It was done, or refused: doing the same again is another intention."""
        self._open.pop(_name(body, about), None)

    def failed(self, error: HeadcountError, body: Body, about: str = "") -> None:
        """It failed: the key is kept only when the outcome may still be open."""
        if not (error.uncertain or isinstance(error, Unreachable | ServerFault)):
            self.answered(body, about)


def _name(body: Body, about: str) -> str:
    return f"{type(body).__name__} {about} {body.model_dump_json()}"
