"""A line between the app and a server on a Unix socket, on which somebody dies when a certain request passes."""

import os
import random
import signal
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

STAGES = ("typed", "first byte", "half sent", "sent", "half answered", "answered")
"""When a death happens: some time after the key, or when so much of the request or of its answer has passed."""


@dataclass(frozen=True)
class Death:
    """When it happens: at `stage`, with `share` of the bytes of it passed on, or `after` seconds."""

    stage: str
    share: float
    after: float

    @classmethod
    def chosen(cls, chance: random.Random, longest: float) -> Self:
        """Any moment, each stage as likely as the others; `longest` is what an answer takes, in seconds."""
        stage = chance.choice(STAGES)
        return cls(stage, chance.random(), chance.random() * (longest if stage == "typed" else longest / 4))


class DeadlyLine:
    """Forwards from the socket `here` to the socket `there`. `arm` says who dies, and when."""

    def __init__(self, here: Path, there: str, path: bytes) -> None:
        self.here, self.there, self._path = here, there, path
        self._armed: tuple[int, Death] | None = None
        self._dying = False
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def __enter__(self) -> Self:
        self._listener.bind(str(self.here))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # closing alone does not wake a thread that waits for a connection
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def arm(self, process: int, death: Death) -> None:
        """This process dies so, once: at the next request to the path, or some time after now."""
        self._dying = False
        if death.stage == "typed":
            threading.Timer(death.after, _kill, [process]).start()
        else:
            self._armed = (process, death)

    def disarm(self) -> None:
        """Nobody dies any more."""
        self._armed = None

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                far.connect(self.there)
                for work in (self._send, self._answer):
                    threading.Thread(target=work, args=(near, far), daemon=True).start()

    def _send(self, near: socket.socket, far: socket.socket) -> None:
        """From the app to the server."""
        with suppress(OSError):
            while data := near.recv(65536):
                armed = self._armed
                if armed and self._path in data and not self._dying:
                    self._pass_the_request(near, far, data, *armed)
                else:
                    far.sendall(data)
        _close(far)

    def _pass_the_request(
        self, near: socket.socket, far: socket.socket, data: bytes, process: int, death: Death
    ) -> None:
        if death.stage == "first byte":
            self._die(process)
            return
        data = _whole(near, data)
        if death.stage == "half sent":
            far.sendall(data[: int(len(data) * death.share)])
            self._die(process)
            return
        self._dying = death.stage != "sent"
        far.sendall(data)
        if death.stage == "sent":
            self._die(process)

    def _answer(self, near: socket.socket, far: socket.socket) -> None:
        """From the server to the app."""
        with suppress(OSError):
            while data := far.recv(65536):
                armed = self._armed
                if self._dying and armed and data.startswith(b"HTTP/1.1 200"):
                    process, death = armed
                    near.sendall(data if death.stage == "answered" else data[: int(len(data) * death.share)])
                    time.sleep(death.after if death.stage == "answered" else 0)
                    self._die(process)
                else:
                    near.sendall(data)
        _close(near)

    def _die(self, process: int) -> None:
        self._armed, self._dying = None, False
        _kill(process)


def _whole(near: socket.socket, data: bytes) -> bytes:
    """All of a request that has a body."""
    while True:
        head, end, body = data.partition(b"\r\n\r\n")
        length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
        if end and len(body) >= int(length.partition(b":")[2]):
            return data
        more = near.recv(65536)
        if not more:
            return data
        data += more


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
