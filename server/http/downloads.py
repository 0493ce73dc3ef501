"""Answers that are files: named, of a media type, and sent while they are written."""

from collections.abc import AsyncIterator
from typing import TypeAlias

from starlette.responses import Response, StreamingResponse

from contract.calls.imports import SHEETS
from contract.imports import SheetFormat
from server.http.call import LongCall

Download: TypeAlias = Response
"""What the handler of a download answers."""


def download(call: LongCall, name: str, form: SheetFormat, content: bytes | AsyncIterator[bytes]) -> Download:
    """A table as a file, its name without an ending. What is streamed is not begun for `HEAD`."""
    media_type = SHEETS[0] if form is SheetFormat.CSV else SHEETS[1]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form.value}"', "X-Accel-Buffering": "no"}
    if isinstance(content, bytes):
        return Response(content, media_type=media_type, headers=headers)
    if call.asked.http.method == "HEAD":
        return Response(media_type=media_type, headers=headers)
    return StreamingResponse(content, media_type=media_type, headers=headers)
