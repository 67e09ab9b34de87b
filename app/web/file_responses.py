"""Files that go out piece by piece, and how the contract speaks of them."""

from asyncio import timeout
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, cast

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.web.methods import BODILESS

_MOST_BYTES = 50_000_000
_MOST_SECONDS = 600


class CsvFile(StreamingResponse):
    media_type = "text/csv"


class XlsxFile(StreamingResponse):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileResponse(StreamingResponse):
    """A download under a name that holds nothing personal. What makes it is told when nobody reads any more.

    Where it breaks off the transfer stays unfinished, and no client takes it for the whole. So it does after ten
    minutes: whoever reads so slowly holds a place that others need. To HEAD it makes nothing.
    """

    def __init__(self, pieces: AsyncIterator[bytes], media_type: str, name: str) -> None:
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        super().__init__(pieces, media_type=media_type, headers=disposition)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get(BODILESS):
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": b""})
            return
        async with timeout(_MOST_SECONDS), aclosing(cast(AsyncGenerator[bytes], self._pieces)):
            await super().__call__(scope, receive, send)


def csv_answer(example: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that answers with a CSV file; `example` is the line of its columns."""
    return _answer("The file: UTF-8, RFC 4180, a header line first.", CsvFile.media_type, example)


def xlsx_answer() -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that answers with a workbook."""
    return _answer("The workbook (Office Open XML).", XlsxFile.media_type, "PK\u0003\u0004")


def _answer(description: str, media_type: str, example: str) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "string", "maxLength": _MOST_BYTES}
    return {
        200: {
            "description": description,
            "content": {media_type: {"schema": schema, "example": example}},
            "headers": {"Content-Disposition": {"$ref": "#/components/headers/Content-Disposition"}},
        }
    }
