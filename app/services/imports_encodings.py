"""How a file is encoded: UTF-8 with or without a byte order mark, or Windows-1252 where the caller says so.

An encoding that the caller did not say is recognised, named, and refused: guessed wrongly it would change names.
"""

from typing import NoReturn

from app.problems import FieldError, Invalid

_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_8 = {None, "utf-8", "utf8"}
_WINDOWS = {"windows-1252", "cp1252"}


def decoded(content: bytes, charset: str | None) -> str:
    """The text of a file. Raises Invalid."""
    if content.startswith(_WORKBOOKS):
        _refuse("file_is_workbook", "This is a spreadsheet's own file: save it as `CSV UTF-8` and send that.")
    if content.startswith(_UTF_16) or content.count(0) * 4 > len(content):
        _refuse("encoding_utf_16", "The file is encoded in UTF-16: save it as `CSV UTF-8`.")
    if charset in _UTF_8:
        return _as_utf_8(content)
    if charset in _WINDOWS:
        return _as_windows(content)
    _refuse("charset_not_known", "Content-Type names a charset other than utf-8 and windows-1252.")


def _as_utf_8(content: bytes) -> str:
    try:
        return content.removeprefix(_MARK).decode()
    except UnicodeDecodeError as fault:
        at = content.removeprefix(_MARK)[: fault.start]
        line = at.count(b"\n") + 1
    if _reads_as_windows(content):
        detail = (
            f"The file is not UTF-8 (see line {line}); it reads as Windows-1252. Save it as `CSV UTF-8`, or say so with"
            " `Content-Type: text/csv; charset=windows-1252`."
        )
        _refuse("encoding_windows_1252", detail)
    _refuse("encoding_not_known", f"The file is not UTF-8 (see line {line}): save it as `CSV UTF-8`.")


def _as_windows(content: bytes) -> str:
    if content.startswith(_MARK) or (not content.isascii() and _reads_as_utf_8(content)):
        _refuse("encoding_contradicted", "Content-Type says Windows-1252, and the file is UTF-8: say utf-8.")
    if not _reads_as_windows(content):
        _refuse("encoding_not_known", "The file holds bytes that Windows-1252 does not have.")
    return content.decode("cp1252")


def _reads_as_windows(content: bytes) -> bool:
    return not content.translate(None, delete=bytes(set(range(256)) - {0x81, 0x8D, 0x8F, 0x90, 0x9D}))


def _reads_as_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _refuse(code: str, detail: str) -> NoReturn:
    raise Invalid([FieldError("", code, detail)])
