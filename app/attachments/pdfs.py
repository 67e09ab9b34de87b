"""PDF: whole from its first byte to its last, and without scripts, programs or files inside that can be seen."""

import re
import zlib
from collections.abc import Iterator

from app.attachments.faults import FileFault, FileRefusedError

_BEGINS = re.compile(rb"%PDF-[12]\.[0-9][\s%]")
_ENDS = re.compile(rb"startxref\s+[0-9]{1,12}\s+%%EOF[\s\x00]*\Z")
_STREAM = re.compile(rb">>[\s\x00]{0,20}stream\r?\n")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?=[\s/<(\[\]>])")
_MOST_STREAMS, _MOST_ESCAPED = 200_000, 100_000
_MOST_OBJECTS = 32 * 1_048_576
_TAIL, _LONGEST_DICTIONARY = 2_048, 2_000


def check_pdf(content: bytes) -> None:
    """Raises FileRefusedError."""
    if not _BEGINS.match(content):
        raise FileRefusedError(FileFault.NOT_OF_TYPE)
    if not _ENDS.search(content[-_TAIL:]):
        raise FileRefusedError(FileFault.DAMAGED)
    left = _MOST_OBJECTS
    for number, (described, packed) in enumerate(_streams(content)):
        if number > _MOST_STREAMS:
            raise FileRefusedError(FileFault.EXPANDS)
        named = _plain(described[-_LONGEST_DICTIONARY:])
        if b"/ObjStm" in named and b"/FlateDecode" in named:
            unpacked = _unpacked(packed, left)
            left -= len(unpacked)
            _refuse_active(unpacked)
        _refuse_active(described)


def _streams(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What is written before each stream, since the one before, and the stream; at last what follows them all."""
    at = 0
    for begins in _STREAM.finditer(content):
        if begins.start() >= at:
            ends = content.find(b"endstream", begins.end())
            ends = len(content) if ends < 0 else ends
            yield content[at : begins.start() + 2], content[begins.end() : ends]
            at = ends
    yield content[at:], b""


def _refuse_active(written: bytes) -> None:
    if _ACTIVE.search(_plain(written)):
        raise FileRefusedError(FileFault.ACTIVE)


def _plain(written: bytes) -> bytes:
    """A name may be written with its characters as numbers: `/J#53` is `/JS`. Nobody writes most of them so."""
    if written.count(b"#") > _MOST_ESCAPED:
        raise FileRefusedError(FileFault.DAMAGED)
    return _ESCAPED.sub(lambda escaped: bytes([int(escaped[1], 16)]), written)


def _unpacked(packed: bytes, most: int) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(packed, most)
    except zlib.error:
        return b""  # encrypted: readers with the password see what is in it, and we do not
    if unpacking.unconsumed_tail or most <= 0:
        raise FileRefusedError(FileFault.EXPANDS)
    return unpacked
