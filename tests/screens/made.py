"""Users and requests with defaults, where a test names only what matters to it; and lines without their tones."""

import datetime as dt

from contract.transfers import Direction, Transfer, TransferState
from contract.users import User, UserSource, UserStatus
from tui.presentation.tones import Line, pieces

NOW = dt.datetime(2026, 11, 20, 14, 2, tzinfo=dt.UTC)


def make_user(**facts: object) -> User:
    """An active user."""
    defaults: dict[str, object] = {
        "id": "usr_1",
        "account_id": "acc_1",
        "email": "ana@acme.example",
        "first_name": "Ana",
        "last_name": "Silva",
        "position": "Surveyor",
        "status": UserStatus.ACTIVE,
        "source": UserSource.HAND,
        "added_at": NOW,
        "version": 3,
    }
    return User.model_validate({**defaults, **facts})


def make_transfer(**facts: object) -> Transfer:
    """An incoming request that waits."""
    defaults: dict[str, object] = {
        "id": "trf_1",
        "direction": Direction.INCOMING,
        "state": TransferState.PENDING,
        "email": "bo@old.example",
        "first_name": "Bo",
        "last_name": "Kaya",
        "created_at": NOW - dt.timedelta(hours=3),
        "expires_at": NOW + dt.timedelta(days=13, hours=21),
        "version": 5,
    }
    return Transfer.model_validate({**defaults, **facts})


def said(lines: list[Line]) -> list[str]:
    """Lines without their tones."""
    return ["".join(text for text, _ in pieces(each)) for each in lines]


def people(count: int, **facts: object) -> tuple[Transfer, ...]:
    """So many requests."""
    return tuple(
        make_transfer(id=f"trf_{number}", first_name=f"P{number}", last_name="", email=f"p{number}@x.example", **facts)
        for number in range(count)
    )
