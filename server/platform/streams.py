"""The standard streams of a command, so made that nothing written to them can stop what it does.

What can't be written is dropped, and why is remembered until the end; what the encoding lacks is replaced. A stream
that was closed is /dev/null from the start, so that no file or socket that is opened later takes its number and is
written to. Imports next to nothing: the app's first frame waits for it.
"""

import errno
import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from _typeshed import ReadableBuffer

__all__ = ["code_stands", "ended", "install", "show_once", "unseen"]

_INPUT, _OUTPUT, _ERRORS = range(3)


class Outlet(io.FileIO):
    """The end of a stream: takes everything, never raises. `lost` says why something did not get out.

    Data with a hole in it is worse than data that ends, so nothing follows what is lost. A log goes on: its disk may
    have room again.
    """

    def __init__(self, descriptor: int, *, absent: bool = False) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self.absent = absent
        self._goes_on = descriptor == _ERRORS
        self.lost: OSError | None = None
        self.needed = True
        self.told = False

    def write(self, data: "ReadableBuffer") -> int:
        """Write what can be written; answers how many bytes are dealt with."""
        view = memoryview(data).cast("B")
        if self.lost is not None and not self._goes_on:
            return view.nbytes
        try:
            while (written := super().write(view)) is None:
                self._wait()
        except OSError as error:
            self.lost = error
            return view.nbytes
        self.lost = None
        return written

    @property
    def gone(self) -> bool:
        """Whether it leads nowhere: closed from the start, broken, or nobody is at its other end any more."""
        import select

        return self.absent or self.lost is not None or bool(self._state(0) & (select.POLLERR | select.POLLHUP))

    def _wait(self) -> None:
        """Until a stream that somebody made non-blocking takes more."""
        self._state(None)

    def _state(self, milliseconds: int | None) -> int:
        import select

        looked = select.poll()
        looked.register(self.fileno(), select.POLLOUT)
        return next((found for _, found in looked.poll(milliseconds)), 0)


def install(errors: str = "replace") -> None:
    """Put such streams in the place of Python's. `errors` names what replaces characters that the encoding lacks."""
    absent = [_occupied(descriptor) for descriptor in (_INPUT, _OUTPUT, _ERRORS)]
    if sys.stdin is None or absent[_INPUT]:
        sys.stdin = open(_INPUT, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115 - for ever
    elif isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    sys.stdout = _outgoing(sys.stdout, Outlet(_OUTPUT, absent=absent[_OUTPUT]), errors)
    sys.stderr = _outgoing(sys.stderr, Outlet(_ERRORS, absent=absent[_ERRORS]), errors)


def _occupied(descriptor: int) -> bool:
    """Whether a standard stream was closed; it leads to /dev/null then."""
    try:
        os.fstat(descriptor)
    except OSError:
        taken = os.open(os.devnull, os.O_RDONLY if descriptor == _INPUT else os.O_WRONLY)
        os.set_inheritable(taken, True)  # noqa: FBT003 - the name says it
        return True
    return False


def _outgoing(old: "TextIO | None", outlet: Outlet, errors: str) -> "TextIO":
    """A stream like the old one, which has written nothing yet."""
    return io.TextIOWrapper(
        io.BufferedWriter(outlet),
        encoding=getattr(old, "encoding", None) or "utf-8",
        errors=errors,
        line_buffering=outlet.fileno() == _ERRORS or outlet.isatty(),
        write_through=bool(getattr(old, "write_through", False)),
    )


def _outlet(stream: "TextIO") -> Outlet | None:
    """The end of a stream; None of one that is not of ours, as in tests."""
    found = getattr(getattr(stream, "buffer", None), "raw", None)
    return found if isinstance(found, Outlet) else None


def unseen(stream: "TextIO") -> bool:
    """Whether what is written does not get out: the stream was closed, is full, or nobody reads it any more."""
    stream.flush()
    outlet = _outlet(stream)
    return outlet is not None and outlet.gone


def show_once(secret: str) -> bool:
    """Print what can never be shown again; answers whether it got out. If it did not, the caller says so."""
    sys.stdout.write(f"{secret}\n")
    sys.stdout.flush()
    outlet = _outlet(sys.stdout)
    if outlet is None:
        return True
    # A reader that has gone by now, such as `head -1`, may well have read it.
    outlet.told = outlet.absent or outlet.lost is not None
    return not outlet.told


def code_stands() -> None:
    """From here on the output does not change the exit code: something was done, or the code itself is the answer."""
    outlet = _outlet(sys.stdout)
    if outlet is not None:
        outlet.needed = False


def ended(code: int) -> int:
    """The exit code once everything is written out: 1 for an output that was all there was to do, and is lost.

    Who reads may stop reading (`| head`), or want nothing from the start (`>&-`): neither is worth a word.
    """
    sys.stdout.flush()
    outlet = _outlet(sys.stdout)
    if outlet is not None and outlet.lost is not None and outlet.lost.errno != errno.EPIPE and not outlet.told:
        told = "The output could not be written" if outlet.needed else "It is done, but the output could not be written"
        sys.stderr.write(f"{told}: {outlet.lost.strerror}.\n")
        code = code or int(outlet.needed)
    sys.stderr.flush()
    return code
