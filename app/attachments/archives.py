"""ZIP archives, read so that neither a bomb nor two readings of one archive get by.

Nothing stands before the first part, between parts or after the end; each part is what the archive's directory says,
unpacks to no more than that, and all of them together to no more than `MOST_UNPACKED` bytes.
"""

import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO

from app.attachments.faults import FileFault, FileRefusedError

MOST_UNPACKED = 200 * 1_048_576
MOST_PARTS = 5_000
MOST_READ = 32 * 1_048_576
_PIECE = 1_048_576
_LOCAL = struct.Struct("<4s5H3L2H")
_DESCRIBED, _ENCRYPTED = 0x08, 0x01
_LONGEST_DESCRIPTOR = 24
_END, _LONGEST_END = 22, 22 + 65_535
_PACKED_AS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@dataclass(slots=True)
class Archive:
    """An archive whose outline has been checked; `prove` reads it through. `left` bytes may still be looked at."""

    file: zipfile.ZipFile
    names: frozenset[str]
    first: str
    left: int

    @staticmethod
    def opened(content: bytes) -> "Archive":
        """Raises FileRefusedError."""
        if not content.startswith(b"PK\x03\x04"):
            raise FileRefusedError(FileFault.NOT_OF_TYPE)
        if b"PK\x05\x06" not in content[-_LONGEST_END:]:
            raise FileRefusedError(FileFault.DAMAGED)
        if content[-_END:-18] != b"PK\x05\x06":
            raise FileRefusedError(FileFault.SECOND_TYPE)
        try:
            file = zipfile.ZipFile(BytesIO(content))
        # NotImplementedError: the file asks for a version of zip that the library does not read.
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, struct.error):
            raise FileRefusedError(FileFault.DAMAGED) from None
        parts = sorted(file.infolist(), key=lambda part: part.header_offset)
        if not 0 < len(parts) <= MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise FileRefusedError(FileFault.EXPANDS)
        names = frozenset(part.filename for part in parts)
        if len({name.lower() for name in names}) != len(parts):
            raise FileRefusedError(FileFault.SECOND_TYPE)
        _check_places(content, parts, file.start_dir)
        return Archive(file, names, parts[0].filename, MOST_READ)

    def read(self, name: str) -> bytes:
        """One part, of those that describe the others. Raises FileRefusedError."""
        self.left -= self.file.getinfo(name).file_size
        if self.left < 0:
            raise FileRefusedError(FileFault.EXPANDS)
        try:
            return self.file.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
            raise FileRefusedError(FileFault.DAMAGED) from None

    def prove(self) -> None:
        """Unpacks everything, a piece at a time: its size and its checksum are as the directory says."""
        for part in self.file.infolist():
            try:
                with self.file.open(part) as unpacked:
                    while unpacked.read(_PIECE):
                        pass
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
                raise FileRefusedError(FileFault.DAMAGED) from None


def _check_places(content: bytes, parts: list[zipfile.ZipInfo], directory: int) -> None:
    """Each part follows the one before, under the name that the directory gives it, and the directory the last."""
    at = 0
    for part in parts:
        gap = part.header_offset - at
        header = content[part.header_offset : part.header_offset + _LOCAL.size]
        if gap:
            raise FileRefusedError(FileFault.SECOND_TYPE)
        if len(header) != _LOCAL.size or part.flag_bits & _ENCRYPTED or part.compress_type not in _PACKED_AS:
            raise FileRefusedError(FileFault.DAMAGED)
        *_, name_length, extra_length = _LOCAL.unpack(header)
        name_at = part.header_offset + _LOCAL.size
        name = content[name_at : name_at + name_length]
        if name != part.orig_filename.encode("utf-8" if part.flag_bits & 0x800 else "cp437", "replace"):
            raise FileRefusedError(FileFault.SECOND_TYPE)
        if ".." in part.filename.split("/") or part.filename.startswith("/") or "\\" in part.filename:
            raise FileRefusedError(FileFault.ACTIVE)
        at = name_at + name_length + extra_length + part.compress_size
        if part.flag_bits & _DESCRIBED:
            at += _descriptor(content, at)
    if at != directory:
        raise FileRefusedError(FileFault.SECOND_TYPE)


def _descriptor(content: bytes, at: int) -> int:
    """How many bytes say, behind a part that was written without knowing, how large it has become."""
    following = content[at : at + _LONGEST_DESCRIPTOR + 4]
    signed = following.startswith(b"PK\x07\x08")
    for length in (16, 24) if signed else (12, 20):
        if following[length : length + 4] in (b"PK\x03\x04", b"PK\x01\x02"):
            return length
    raise FileRefusedError(FileFault.DAMAGED)
