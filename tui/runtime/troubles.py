"""What is said about a connection that is not there: each reason once, and no longer than it holds. Pure."""

__all__ = ["Troubles"]


class Troubles:
    """Remembers the words for each reason until the connection is there."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def may_say(self, reason: str, standing: str) -> bool:
        """Whether a reason is to be said where `standing` stands: not twice, and not over a result of something else.

        What comes back each second would keep q from leaving.
        """
        return reason not in self._said and (not standing or standing in self._said.values())

    def said(self, reason: str, words: str) -> None:
        """It stands there now in these words."""
        self._said[reason] = words

    def end(self, standing: str) -> bool:
        """The connection is there: forget all; True when `standing` is one of these and to be taken away."""
        ours = standing in self._said.values()
        self._said.clear()
        return ours
