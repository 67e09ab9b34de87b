"""JPEG and PNG: whole, of a size that a viewer can show, and PNG with nothing after its end.

What telephones write behind the end of a JPEG (a second picture, a depth map) stays.
"""

import re
from zlib import crc32

from app.attachments.faults import FileFault, FileRefusedError

MOST_PIXELS = 200_000_000
MOST_PARTS = 50_000
_PNG, _END = b"\x89PNG\r\n\x1a\n", b"IEND"
_JPEG, _END_OF_JPEG = b"\xff\xd8\xff", b"\xff\xd9"
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_SCAN = 0xDA
_FILLED = re.compile(rb"\xff+")


def check_png(content: bytes) -> None:
    """Raises FileRefusedError."""
    if not content.startswith(_PNG):
        raise FileRefusedError(FileFault.NOT_OF_TYPE)
    at, number, kind = len(_PNG), 0, b""
    while kind != _END:
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        data, check = content[at + 8 : at + 8 + length], content[at + 8 + length : at + 12 + length]
        if len(check) != 4 or crc32(data, crc32(kind)) != int.from_bytes(check, "big"):
            raise FileRefusedError(FileFault.DAMAGED)
        if (number == 0) != (kind == b"IHDR") or (number == 0 and length != 13):
            raise FileRefusedError(FileFault.DAMAGED)
        if number == 0:
            _check_size(int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big"))
        at, number = at + 12 + length, number + 1
        if number > MOST_PARTS:
            raise FileRefusedError(FileFault.EXPANDS)
    if at != len(content):
        raise FileRefusedError(FileFault.SECOND_TYPE)


def check_jpeg(content: bytes) -> None:
    """Raises FileRefusedError."""
    if not content.startswith(_JPEG):
        raise FileRefusedError(FileFault.NOT_OF_TYPE)
    at, sized, marker = 2, False, 0
    for _ in range(MOST_PARTS):
        marker, start, length = _segment(content, at)
        if marker in _FRAMES:
            frame = content[start + 3 : start + 7]
            _check_size(int.from_bytes(frame[2:], "big"), int.from_bytes(frame[:2], "big"))
            sized = True
        at = start + length
        if marker == _SCAN:
            break
    if marker != _SCAN or not sized or content.find(_END_OF_JPEG, at) < 0:
        raise FileRefusedError(FileFault.DAMAGED)


def _segment(content: bytes, at: int) -> tuple[int, int, int]:
    """The marker of the segment at a place, where its length stands, and the length."""
    filled = _FILLED.match(content, at)
    if filled is None:
        raise FileRefusedError(FileFault.DAMAGED)
    at = filled.end()
    marker = content[at] if at < len(content) else 0
    length = 0 if marker in _ALONE else int.from_bytes(content[at + 1 : at + 3], "big")
    if (
        marker < 0x01
        or marker in (0xD8, 0xD9)
        or (marker not in _ALONE and length < 2)
        or at + 1 + length > len(content)
    ):
        raise FileRefusedError(FileFault.DAMAGED)
    return marker, at + 1, length


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise FileRefusedError(FileFault.DAMAGED)
    if width * height > MOST_PIXELS:
        raise FileRefusedError(FileFault.EXPANDS)
