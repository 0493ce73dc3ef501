"""A refusal in OAuth's words. It is a value, not an error: what led to it is written all the same."""

from dataclasses import dataclass

from contract.device import OAuthError


@dataclass(frozen=True, slots=True)
class Refused:
    """Why not, with a sentence for a person; times in seconds."""

    error: OAuthError
    description: str = ""
    status: int = 400
    retry_after: int | None = None
