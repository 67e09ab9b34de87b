"""Plain text and CSV: UTF-8, no control characters, and nothing that a browser or a shell would take for its own."""

import csv
import re
from io import StringIO
from itertools import islice

from app.attachments.faults import FileFault, FileRefusedError

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_ANOTHER = re.compile(
    r"\s*(?:<(?:!doctype|!--|\?|[a-z][a-z0-9:]*[\s/>])|%pdf-|%!ps|\{\\rtf|#!|mime-version:)", re.IGNORECASE
)
_LONGEST_FIELD, _ROWS_LOOKED_AT = 100_000, 1_000_000


def check_text(content: bytes) -> None:
    """Raises FileRefusedError."""
    _text(content)


def check_csv(content: bytes) -> None:
    """Raises FileRefusedError."""
    text = _text(content)
    try:
        for row in islice(csv.reader(StringIO(text, newline=""), strict=True), _ROWS_LOOKED_AT):
            if max(map(len, row), default=0) > _LONGEST_FIELD:
                raise FileRefusedError(FileFault.NOT_OF_TYPE)
    except csv.Error:
        raise FileRefusedError(FileFault.DAMAGED) from None


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefusedError(FileFault.NOT_UTF8) from None
    if _CONTROL.search(text) or _ANOTHER.match(text):
        raise FileRefusedError(FileFault.NOT_OF_TYPE)
    return text
