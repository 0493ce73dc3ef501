"""Signing a device in by a short code that a person confirms in a browser (RFC 8628): what travels, in OAuth's words.

These calls are forms and answer as OAuth says, not as the rest of the API: no idempotency keys, no problems.
"""

from enum import StrEnum

from pydantic import Field

from contract.base import Answer

METADATA = "/.well-known/oauth-authorization-server"
AUTHORIZE = "/oauth/device_authorization"
TOKEN = "/oauth/token"  # noqa: S105 - an address
REVOKE = "/oauth/revoke"
PAGE = "/device"
"""Where a person confirms."""

CLIENT = "headcount"
"""The one public client there is: it has no secret."""

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
BEARER = "Bearer"
READ = "read"
"""The scope of a token that changes nothing; without a scope it may do what its person's role may do."""

LONGEST_MACHINE = 60
"""Characters of the name by which a machine is shown."""


class OAuthError(StrEnum):
    """Why not (RFC 6749, 5.2; RFC 7009, 2.2.1; RFC 8628, 3.5)."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    AUTHORIZATION_PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    ACCESS_DENIED = "access_denied"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - the name of an error
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"


class DeviceAuthorization(Answer):
    """What a device shows its person: the code to type at an address. Times are in seconds."""

    device_code: str = Field(repr=False)
    user_code: str
    verification_uri: str
    verification_uri_complete: str = ""
    expires_in: int
    interval: int = 5


class DeviceToken(Answer):
    """The token, told once. `expires_in` is in seconds; an empty `scope` is everything that the role may do."""

    access_token: str = Field(repr=False)
    token_type: str
    expires_in: int | None = None
    scope: str = ""


class OAuthRefusal(Answer):
    """A refusal, with a sentence for a person."""

    error: str
    error_description: str = ""
