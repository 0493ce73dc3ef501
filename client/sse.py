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
    _rest: bytes = b""
    _after_return: bool = False
    _at_start: bool = True
    _event: str = ""
    _data: list[str] = field(default_factory=list)
    _size: int = 0

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """The events that a chunk completes."""
        if self._after_return and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_return = False
        text = self._rest + chunk
        if self._at_start:
            if len(text) < len(_BOM) and _BOM.startswith(text):
                self._rest = text
                return []
            text = text.removeprefix(_BOM)
            self._at_start = False
        self._after_return = text.endswith(b"\r")
        *lines, self._rest = _LINE_END.split(text)
        if max(map(len, (self._rest, *lines))) > LONGEST_LINE:
            message = "The stream of events holds a line that never ends."
            raise BadAnswer(message)
        return [event for line in lines if (event := self._take(line))]

    def _take(self, line: bytes) -> ServerSentEvent | None:
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
