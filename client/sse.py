"""Server-sent events, byte by byte (the HTML standard, section 9.2.6). Pure and incremental."""

import re
from dataclasses import dataclass, field

from client.errors import BadAnswer

LONGEST_LINE = 1 << 20
LARGEST_EVENT = 4 << 20
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One block of the stream: `id` is the last one named, `event` the type, `data` its lines joined."""

    id: str
    event: str
    data: str


@dataclass(slots=True)
class SseParser:
    """Turns chunks into events, wherever the chunks are cut. A line or an event beyond its limit is `BadAnswer`."""

    last_id: str = ""
    _line: bytearray = field(default_factory=bytearray)
    _after_return: bool = False
    _at_start: bool = True
    _event: str = ""
    _data: list[str] = field(default_factory=list)
    _size: int = 0

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """The events that a chunk completes."""
        if not chunk:
            return []
        if self._after_return:
            chunk = chunk.removeprefix(b"\n")
        self._after_return = chunk.endswith(b"\r")
        found = []
        *ends, rest = _LINE_END.split(chunk)
        for end in ends:
            self._extend(end)
            event = self._take(bytes(self._line))
            self._line.clear()
            if event:
                found.append(event)
        self._extend(rest)
        return found

    def _extend(self, part: bytes) -> None:
        if len(self._line) + len(part) > LONGEST_LINE:
            message = "The stream of events holds a line that never ends."
            raise BadAnswer(message)
        self._line += part

    def _take(self, line: bytes) -> ServerSentEvent | None:
        if self._at_start:
            line = line.removeprefix(_BOM)
            self._at_start = False
        if not line:
            return self._dispatch()
        name, _, value = line.decode(errors="replace").partition(":")
        self._field(name, value.removeprefix(" "))
        return None

    def _field(self, name: str, value: str) -> None:
        if name == "data":
            self._size += len(value) + 1
            if self._size > LARGEST_EVENT:
                message = "The stream holds an event that is too large."
                raise BadAnswer(message)
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self.last_id = value

    def _dispatch(self) -> ServerSentEvent | None:
        event, data = self._event, self._data
        self._event, self._data, self._size = "", [], 0
        return ServerSentEvent(self.last_id, event or "message", "\n".join(data)) if data else None
