"""The secrets of the links that requests are sent with, caught where they go out."""

from typing import Any

import pytest

from server.platform.kept_secrets import Link, new_link
from server.transfers import create, moves


def caught_links(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every secret from now on, in the order of sending."""
    sent: list[str] = []

    def caught(*_: Any) -> Link:
        link = new_link()
        sent.append(link.secret)
        return link

    for module in (create, moves):
        monkeypatch.setattr(module, "new_link", caught)
    return sent
