"""The sockets a server answers on: TCP, a Unix socket that only its owner can open, or one handed over by a parent."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from server.settings import RefusedValueError, SettingsError

QUEUE = 2048
_OTHERS = 0o077
_MAX_UNIX_PATH = 100
_KERNEL_TAKES = 107


class Listener(NamedTuple):
    """A bound socket, what to call it, and the file to remove at the end."""

    socket: socket.socket
    where: str
    file: Path | None = None


def tcp(host: str, port: int) -> Listener:
    """Listen on an address; port 0 takes any free one.

    Raises:
        SettingsError: the address can't be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(QUEUE)
    except (OSError, OverflowError) as error:
        message = f"can't listen on {host} port {port}: {error}"
        raise SettingsError(message) from error
    shown = f"[{host}]" if ":" in host else host
    return Listener(listener, f"http://{shown}:{listener.getsockname()[1]}")


def unix(path: Path) -> Listener:
    """Listen on a socket file, 0600 in a folder of our own (made 0700 if it is not there).

    Raises:
        SettingsError: the folder is open to others, the path is too long, or another server answers there.
    """
    path = path.expanduser().absolute()
    if len(os.fsencode(path)) > _MAX_UNIX_PATH:
        message = f"{path} is too long for a socket: at most {_MAX_UNIX_PATH} bytes"
        raise RefusedValueError(message)
    return private(path)


def private(path: Path) -> Listener:
    """The same for an absolute path of any length.

    Raises:
        SettingsError: the folder is open to others, another server answers there, or the name is too long.
    """
    _check_folder(path.parent)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with short(path) as name:
            _clear(path, name)
            listener.bind(name)
    except OSError as error:
        listener.close()
        message = f"can't listen on {path}: {error}"
        raise SettingsError(message) from error
    finally:
        os.umask(before)
    listener.listen(QUEUE)
    return Listener(listener, f"unix://{path}", path)


@contextmanager
def short(path: Path) -> Iterator[str]:
    """A name for a socket's path that is no longer than the kernel takes: if need be by its folder, held open.

    Raises:
        OSError: there is no such folder, or this system has no such names.
    """
    if len(os.fsencode(path)) <= _KERNEL_TAKES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def inherited(descriptor: int) -> Listener:
    """A listening socket that the parent process opened.

    Raises:
        SettingsError: there is no socket behind the number.
    """
    try:
        listener = socket.socket(fileno=descriptor)
        where = listener.getsockname()
    except OSError as error:
        message = f"file descriptor {descriptor} is not a socket: {error}"
        raise RefusedValueError(message) from error
    return Listener(listener, f"unix://{where}" if isinstance(where, str) else f"http://{where[0]}:{where[1]}")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        message = f"can't use the folder {folder}: {error}"
        raise SettingsError(message) from error
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & _OTHERS:
        message = f"others can reach into {folder}: put the socket into a folder of your own with mode 0700"
        raise SettingsError(message)


def _clear(path: Path, name: str) -> None:
    """Remove what a server that died left behind; `name` is how the kernel is asked for it."""
    if not path.exists():
        return
    if not path.is_socket():
        message = f"{path} exists and is not a socket"
        raise SettingsError(message)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(name)
        except OSError:
            path.unlink(missing_ok=True)
            return
    message = f"another server answers on {path}"
    raise SettingsError(message)
