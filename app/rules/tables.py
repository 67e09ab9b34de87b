"""What a table of records is made of: its columns, and cells that no spreadsheet takes for more than data.

Source: OWASP (CSV injection) for what begins a formula, read in a secondary source; the rest is Waymark's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

FORMULAE = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide forms of East Asian keyboards."""
_PASSED_OVER = " \n\v\f\u00a0\u200b\u3000\ufeff"
LONGEST_CELL = 32_767
"""Characters that a cell of a workbook holds at most."""

_WRITTEN_SO = frozenset({str, int, UUID})
"""The types of nearly all cells, asked first: a national month has millions."""

Cells = Mapping[str, object]
"""The cells of a record by the name of their column; a column that is left out is empty."""


class ColumnType(StrEnum):
    """How a column's cells are written; an empty cell is one of which nothing is known."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    INSTANT = "instant"
    YES_NO = "yes_no"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Column:
    """`needs` is the scope without which a reader finds every cell of the column empty."""

    name: str
    meaning: str
    type: ColumnType
    needs: str | None = None


def text_of(value: object) -> str:
    """A cell as text: nothing for null, `yes` or `no`, days and instants as ISO 8601 in UTC, lists with semicolons."""
    if value is None:
        return ""
    if type(value) in _WRITTEN_SO:
        return str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "; ".join(text_of(each) for each in value)
    return str(value)


def may_be_a_formula(value: object) -> bool:
    """Whether a spreadsheet would read a cell as a formula: text alone; a negative number is none."""
    return isinstance(value, str | list) and text_of(value).lstrip(_PASSED_OVER).startswith(FORMULAE)


def safe_text_of(value: object) -> str:
    """A cell as text with an apostrophe before what would be read as a formula."""
    if value is None or type(value) is int:
        return text_of(value)
    text = text_of(value)
    return f"'{text}" if may_be_a_formula(value) else text
