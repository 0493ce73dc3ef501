"""Tokens for people who make them before there is a server, such as the demo's parent process."""

from server.http.tokens import make_token


def new_token() -> str:
    """A token that nobody else can have; a server accepts it once it is registered there."""
    return make_token().token
