"""Files come as raw bodies: of the types that the operation names, within a limit of their own."""

import httpx
import pytest
from fastapi import FastAPI

from app.web.failures import install_failures
from app.web.limits_body import BodyLimits
from app.web.raw_body import FileLimit, Raw, raw_body


def _application() -> FastAPI:
    application = FastAPI(openapi_url=None)
    install_failures(application)

    @application.put("/v1/imports/{it}/content", openapi_extra=raw_body("text/csv", prefix="/v1/imports"))
    async def put(it: str, file: Raw) -> dict[str, str | int | None]:
        return {"type": file.media_type, "charset": file.charset, "bytes": len(file.content)}

    return application


def _caller() -> httpx.AsyncClient:
    files = {"/v1/imports": FileLimit(2_000, 1.0)}
    bounded = BodyLimits(_application(), largest=100, files=files)
    return httpx.AsyncClient(transport=httpx.ASGITransport(bounded), base_url="http://waymark.test")


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/csv", b"a,b\n", 200),
        ("Text/CSV; Charset=UTF-8; header=present", b"a,b\n", 200),
        ("text/csv", b"x" * 2_000, 200),
        ("text/csv", b"x" * 2_001, 413),
        ("text/csv", b"", 422),
        ("text/html", b"a,b\n", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("", b"a,b\n", 415),
    ],
)
async def test_a_file_is_taken_as_the_operation_says(content_type: str, body: bytes, status: int) -> None:
    async with _caller() as caller:
        answer = await caller.put("/v1/imports/one/content", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status


async def test_a_compressed_file_is_refused() -> None:
    headers = {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
    async with _caller() as caller:
        assert (await caller.put("/v1/imports/one/content", content=b"x", headers=headers)).status_code == 415


async def test_the_charset_is_handed_on_as_it_was_said() -> None:
    headers = {"Content-Type": 'text/csv; charset="windows-1252"'}
    async with _caller() as caller:
        answer = await caller.put("/v1/imports/one/content", content=b"a", headers=headers)
    assert answer.json() == {"type": "text/csv", "charset": "windows-1252", "bytes": 1}


async def test_only_the_file_itself_may_be_so_large() -> None:
    async with _caller() as caller:
        assert (await caller.post("/v1/imports", content=b"x" * 101)).status_code == 413
