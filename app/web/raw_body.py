"""Files come up as the raw body of a request, with a content type and a limit of their own; never as multipart.

A route that takes one names its content types with `raw_body(...)` in its `openapi_extra`, and asks for `Raw`.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from app.problems import FieldError, Invalid, UnsupportedMediaType

SUFFIX = "/content"
MIB = 1_048_576


@dataclass(frozen=True, slots=True)
class FileLimit:
    """How large a file may be, in bytes, and how many seconds it may take to arrive."""

    size: int
    seconds: float


FILE_LIMITS = {
    "/v1/attachments": FileLimit(20 * MIB, 60.0),
    "/v1/imports": FileLimit(10 * MIB, 60.0),
}
"""By the path that the file's own ends with `/content` under; every other body has the service's common limit."""


@dataclass(frozen=True, slots=True)
class RawBody:
    """A file as it came. `media_type` is one that the operation names; `charset` is as the caller says, if it does."""

    content: bytes
    media_type: str
    charset: str | None


def raw_body(*media_types: str, prefix: str) -> dict[str, Any]:
    """The `openapi_extra` of a route that takes a file of these types; `prefix` names its entry in `FILE_LIMITS`."""
    schema = {"type": "string", "format": "binary", "minLength": 1, "maxLength": FILE_LIMITS[prefix].size}
    return {
        "x-raw-body": True,
        "requestBody": {
            "required": True,
            "content": {each: {"schema": schema, "example": "…"} for each in media_types},
        },
    }


async def _raw(request: Request) -> RawBody:
    """Raises UnsupportedMediaType for a type that the operation does not name, Invalid for an empty file."""
    taken = request.scope["route"].openapi_extra["requestBody"]["content"]
    media_type, _, parameters = request.headers.get("Content-Type", "").lower().partition(";")
    if media_type.strip() not in taken or "content-encoding" in request.headers:
        raise UnsupportedMediaType
    content = await request.body()
    if not content:
        raise Invalid([FieldError("", "file_empty", "the file has no content")])
    named = dict(each.strip().partition("=")[::2] for each in parameters.split(";"))
    return RawBody(content, media_type.strip(), named.get("charset", "").strip('"') or None)


Raw = Annotated[RawBody, Depends(_raw)]
