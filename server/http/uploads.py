"""Receiving a file as `multipart/form-data`: straight to a private folder on disk, never whole in memory."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import IO, Any

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from starlette.requests import ClientDisconnect, Request

from contract.problems import ProblemCode
from server.http.bodies import check_size, too_large
from server.http.problems import Invalid, ServerProblem

AROUND = 64 * 1024
"""Bytes that the form may need around its file."""
LONGEST_FIELD = 10_000
LONGEST_MEDIA = 500
"""Characters of the header that names the boundary."""
AT_ONCE = 16 * 1024
"""Bytes that the form's parser takes before others get their turn: it may look at each of them."""
LONGEST_NAME = 200
FILE = "file"


@dataclass(slots=True)
class Upload:
    """A file that has come in. `path` is a temporary name: whoever keeps the file moves it away."""

    path: Path
    name: str = ""
    size: int = 0
    digest: bytes = b""
    fields: Mapping[str, str] = field(default_factory=dict)

    def discard(self) -> None:
        """Delete it, unless it was moved away."""
        self.path.unlink(missing_ok=True)


async def receive(request: Request, folder: Path, limit: int) -> Upload:
    """The file of a form and the fields beside it; at most `limit` bytes of file.

    Raises:
        ServerProblem: it is no form, too large, has no file or two of them, or broke off.
    """
    boundary = _boundary(request)
    check_size(request, limit + AROUND)
    handle, name = tempfile.mkstemp(prefix="upload-", dir=folder)
    upload = Upload(Path(name))
    try:
        with os.fdopen(handle, "wb") as file:
            form = _Form(file, limit)
            await _feed(request, MultipartParser(boundary, form.callbacks(), limit + AROUND), limit)
            form.finish(upload)
    except BaseException:
        upload.discard()
        raise
    return upload


async def _feed(request: Request, parser: MultipartParser, limit: int) -> None:
    received = 0
    try:
        async for chunk in request.stream():
            received += len(chunk)
            if received > limit + AROUND:
                raise too_large(limit)
            for start in range(0, len(chunk), AT_ONCE):
                parser.write(chunk[start : start + AT_ONCE])
                await asyncio.sleep(0)
        parser.finalize()
    except ClientDisconnect as error:
        raise ServerProblem(ProblemCode.BAD_REQUEST, "The request was cut off.") from error
    except FormParserError as error:
        raise ServerProblem(ProblemCode.BAD_REQUEST, "The form is damaged.") from error


def _boundary(request: Request) -> str:
    header = Message()
    header["Content-Type"] = request.headers.get("content-type", "")[:LONGEST_MEDIA]
    boundary = header.get_param("boundary", "")
    plain = request.headers.get("content-encoding", "identity") == "identity"
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or not boundary or not plain:
        raise ServerProblem(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send a form with a file: multipart/form-data.")
    return boundary


class _Form:
    """What the parser finds, part by part: the file goes to disk, other fields are kept."""

    def __init__(self, file: IO[bytes], limit: int) -> None:
        self._file = file
        self._limit = limit
        self._hash = hashlib.sha256()
        self._size = 0
        self._files: list[str] = []
        self._fields: dict[str, bytearray] = {}
        self._header: bytearray = bytearray()
        self._value: bytearray = bytearray()
        self._disposition = ""
        self._part: bytearray | None = None
        self._ended = False

    def callbacks(self) -> Any:
        """What the parser calls, and when."""
        return {
            "on_header_field": self._on_header,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers,
            "on_part_data": self._on_data,
            "on_end": self._on_end,
        }

    def finish(self, upload: Upload) -> None:
        """Tell the upload what came."""
        if not self._ended:
            raise ServerProblem(ProblemCode.BAD_REQUEST, "The form was cut off.")
        if len(self._files) != 1:
            raise Invalid((f"/{FILE}", "missing", "Send one file in the field file."))
        try:
            fields = {name: value.decode() for name, value in self._fields.items()}
        except UnicodeDecodeError as error:
            raise ServerProblem(ProblemCode.BAD_REQUEST, "The fields of a form are text in UTF-8.") from error
        for name in sorted(fields):
            self._hash.update(f"\n{name}={fields[name]}".encode())
        upload.name, upload.size, upload.fields = self._files[0], self._size, fields
        upload.digest = self._hash.digest()

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value.decode("utf-8", "replace")
        self._header.clear()
        self._value.clear()

    def _on_headers(self) -> None:
        name, file_name = _names(self._disposition)
        self._disposition = ""
        if name == FILE and not self._files:
            self._files.append(file_name)
            self._part = None
            return
        if name in self._fields or name == FILE or len(self._fields) > 1:
            raise Invalid((f"/{name[:LONGEST_NAME]}", "given_twice", "Give it only once."))
        self._part = self._fields[name] = bytearray()

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        piece = data[start:end]
        if self._part is not None:
            self._part += piece
            if len(self._part) > LONGEST_FIELD:
                raise ServerProblem(ProblemCode.BAD_REQUEST, "A field of the form is too long.")
            return
        self._size += len(piece)
        if self._size > self._limit:
            raise too_large(self._limit)
        self._hash.update(piece)
        self._file.write(piece)

    def _on_end(self) -> None:
        self._ended = True


def _names(disposition: str) -> tuple[str, str]:
    """The names of a part and of its file, without any folder."""
    header = Message()
    header["Content-Disposition"] = disposition.replace("\r", " ").replace("\n", " ")
    name = header.get_param("name", "", "content-disposition")
    return str(name), Path((header.get_filename("") or "").replace("\\", "/")).name[:LONGEST_NAME]
