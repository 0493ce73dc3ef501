"""The process of providers (`sign_on_provider`), and how a server is told of them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from sign_on_provider import CLIENT, SECRET

from server.settings import Issuer


class Providers:
    """The process, by its address."""

    def __init__(self, base: str) -> None:
        self.base = base

    def issuer(self, name: str = "one", **more: Any) -> Issuer:
        """One of them as settings have it."""
        said: dict[str, Any] = {
            "name": name,
            "title": f"Company {name.title()}",
            "url": f"{self.base}/{name}",
            "client_id": CLIENT,
            "client_secret": SecretStr(SECRET),
            "domains": (f"{name}.example",),
        }
        return Issuer(**{**said, **more})

    def behave(self, name: str = "one", **does: Any) -> None:
        """From now on one of them does this, and nothing else; see `sign_on_provider.Behaviour`."""
        httpx.post(f"{self.base}/{name}/behave", json=does).raise_for_status()

    def asked(self, name: str = "one") -> list[str]:
        """What one of them was asked since."""
        found: list[str] = httpx.get(f"{self.base}/{name}/asked").json()
        return found


@contextmanager
def providers() -> Iterator[Providers]:
    """The process, running."""
    command = [sys.executable, str(Path(__file__).with_name("sign_on_provider.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield Providers(process.stdout.readline().decode().strip())
        finally:
            process.stdin.close()
            process.wait(10)
