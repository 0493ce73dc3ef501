"""No call of the API: what falls due is that those are forgotten who never came back from a provider."""

from collections.abc import Iterator

from server.platform.services import Services
from server.store import single_sign_on


def forget(services: Services) -> Iterator[int]:
    """The chore."""
    now = services.clock.machine()
    with services.database.read() as connection:
        old = single_sign_on.any_expired(connection, now)
    if old:
        with services.database.write() as connection:
            single_sign_on.forget_expired(connection, now)
    yield 0


CHORES = (forget,)
