"""Files to attach, the smallest of each type, and the requests that attach them."""

import zlib
from hashlib import sha256
from io import BytesIO
from struct import pack
from typing import Any
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from httpx import Response

from app.rules.attachments import EXTENSIONS, FileType
from tests.world import Party

ATTACHMENTS = "/v1/attachments"


def pdf(body: bytes = b"<< /Type /Catalog /Pages 2 0 R >>") -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


def png(width: int = 1, height: int = 1) -> bytes:
    head = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg(width: int = 1, height: int = 1) -> bytes:
    head = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc0\x00\x0b\x08" + pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return head + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9"


def zipped(parts: dict[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content, ZIP_STORED if name in stored else ZIP_DEFLATED)
    return kept.getvalue()


MAIN = {
    FileType.DOCX: ("word/document.xml", "wordprocessingml.document.main+xml"),
    FileType.XLSX: ("xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
}
_OOXML = "application/vnd.openxmlformats-officedocument."
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relationships(kind: str = "officeDocument", target: str = "word/document.xml", mode: str = "Internal") -> bytes:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r" Type="{_RELATIONSHIPS}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    ).encode()


def openxml(file_type: FileType, more: dict[str, bytes] | None = None, said: str | None = None) -> bytes:
    part, kind = MAIN[file_type]
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{part}" ContentType="{_OOXML}{said or kind}"/></Types>'
    ).encode()
    return zipped({"[Content_Types].xml": types, "_rels/.rels": relationships(), part: b"<x/>"} | (more or {}))


def opendocument(file_type: FileType, more: dict[str, bytes] | None = None) -> bytes:
    parts = {"mimetype": file_type.value.encode(), "content.xml": b"<x/>", "META-INF/manifest.xml": b"<x/>"}
    return zipped(parts | (more or {}), stored=("mimetype",))


SAMPLES: dict[FileType, bytes] = {
    FileType.PDF: pdf(),
    FileType.DOCX: openxml(FileType.DOCX),
    FileType.XLSX: openxml(FileType.XLSX),
    FileType.ODT: opendocument(FileType.ODT),
    FileType.ODS: opendocument(FileType.ODS),
    FileType.JPEG: jpeg(),
    FileType.PNG: png(),
    FileType.TEXT: "Seen: the gate is locked at ten. £5 each way.\n".encode(),
    FileType.CSV: b"day,present\n2026-11-24,yes\n",
}


def declaration(about: str, subject_id: str, content: bytes, file_type: FileType = FileType.PDF) -> dict[str, Any]:
    return {
        "about": about,
        "subject_id": subject_id,
        "title": "What we saw",
        "file_name": f"What we saw{EXTENSIONS[file_type][0]}",
        "media_type": file_type.value,
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
    }


async def declared(
    party: Party, about: str, subject_id: str, content: bytes = pdf(), file_type: FileType = FileType.PDF, **more: Any
) -> str:
    """The path of an attachment whose content has not come yet."""
    answer = await party.post(ATTACHMENTS, declaration(about, subject_id, content, file_type) | more)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


async def put(
    party: Party, path: str, content: bytes, media_type: str = FileType.PDF.value, key: str | None = None
) -> Response:
    """Sends the content, with the ETag that a fresh read gives."""
    etag = (await party.get(path)).headers.get("ETag", '"1-0000000000000000"')
    headers = {"If-Match": etag, "Content-Type": media_type, "Idempotency-Key": key or str(uuid4())}
    return await party.http.put(f"{path}/content", content=content, headers=headers)


async def attached(
    party: Party, about: str, subject_id: str, content: bytes = pdf(), file_type: FileType = FileType.PDF, **more: Any
) -> str:
    """The path of an attachment whose content is there."""
    path = await declared(party, about, subject_id, content, file_type, **more)
    answer = await put(party, path, content, file_type.value)
    assert answer.status_code == 200, answer.text
    return path


async def withdraw(party: Party, path: str) -> Response:
    etag = (await party.get(path)).headers.get("ETag", '"1-0000000000000000"')
    return await party.http.delete(path, headers={"If-Match": etag})
