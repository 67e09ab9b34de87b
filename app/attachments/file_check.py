"""Whether a file is what it is said to be: by its content, never by its name.

This is no virus scanner. It takes few types, each of which must be whole, of that type alone, and without what a
reader's program would run or load by itself as far as that can be seen from outside.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.attachments.faults import FileFault, FileRefusedError
from app.attachments.images import check_jpeg, check_png
from app.attachments.office_files import check_opendocument, check_openxml
from app.attachments.pdfs import check_pdf
from app.attachments.plain_texts import check_csv, check_text
from app.rules.attachments import FileType

_CHECKS: Mapping[FileType, Callable[[bytes], None]] = MappingProxyType(
    {
        FileType.PDF: check_pdf,
        FileType.DOCX: lambda content: check_openxml(content, FileType.DOCX),
        FileType.XLSX: lambda content: check_openxml(content, FileType.XLSX),
        FileType.ODT: lambda content: check_opendocument(content, FileType.ODT),
        FileType.ODS: lambda content: check_opendocument(content, FileType.ODS),
        FileType.JPEG: check_jpeg,
        FileType.PNG: check_png,
        FileType.TEXT: check_text,
        FileType.CSV: check_csv,
    }
)
_ARCHIVES = frozenset({FileType.DOCX, FileType.XLSX, FileType.ODT, FileType.ODS})
_END_OF_ARCHIVE, _LONGEST_END = b"PK\x05\x06", 22 + 65_535


def fault_of_file(content: bytes, file_type: FileType) -> FileFault | None:
    """What is wrong with it, or None where it may be taken. It takes up to a second: call it in a thread."""
    try:
        if file_type not in _ARCHIVES and _ends_as_archive(content):
            return FileFault.SECOND_TYPE
        _CHECKS[file_type](content)
    except FileRefusedError as refused:
        return refused.fault
    return None


def _ends_as_archive(content: bytes) -> bool:
    """Whether a program that unpacks archives, which reads from the end, would find one."""
    end = content[-_LONGEST_END:]
    at = end.find(_END_OF_ARCHIVE)
    while at >= 0:
        if len(end) - at >= 22 and int.from_bytes(end[at + 20 : at + 22], "little") <= len(end) - at - 22:
            directory = int.from_bytes(end[at + 12 : at + 16], "little")
            if directory < len(content) and b"PK\x01\x02" in content[: len(content) - len(end) + at]:
                return True
        at = end.find(_END_OF_ARCHIVE, at + 1)
    return False
