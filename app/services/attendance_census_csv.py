"""The census as a CSV file: RFC 4180, UTF-8, and no cell that a spreadsheet takes for a formula."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from io import StringIO
from uuid import UUID

from app.rules.attendance_codes import ATTENDANCE_CODES
from app.services.attendance_summaries import Shown

_FORMULAE = ("=", "+", "-", "@", "\t", "\r")
_OF_THE_CHILD = ("pupil_id", "upn", "family_name", "given_name", "date_of_birth", "on_school_roll", "host_school_id")
_OF_THE_PLACE = ("placement_id", "provider_id", "provider_name")
_OF_THE_SETTING = ("urn", "ukprn", "setting_type")
_REASONS = ("primary_reason", "census_code")
_COUNTS = (
    "expected",
    "possible",
    "attended",
    "authorised",
    "unauthorised",
    "not_possible",
    "not_reported",
    "not_yet_due",
    "late",
    "online",
    "online_came",
)
PLACEMENT, NIL_RETURN = "placement", "nil_return"


def columns(last: date) -> Sequence[str]:
    """The names of the columns; codes go by their slugs, those in use on the last day of the month."""
    codes = [each.slug for each in ATTENDANCE_CODES if each.is_current_on(last)]
    own = ("record", "month", "provisional")
    return (*own, *_OF_THE_CHILD, *_OF_THE_PLACE, *_OF_THE_SETTING, *_REASONS, *_COUNTS, *codes)


def as_csv(month: str, last: date, rows: Sequence[Shown], *, provisional: bool) -> str:
    """The whole file. A month without a row is one record that says `nil_return`."""
    names = columns(last)
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(names)
    common = {"month": month, "provisional": provisional}
    for cells in _records(rows):
        writer.writerow([cell_of((common | cells).get(name)) for name in names])
    return file.getvalue()


def _records(rows: Sequence[Shown]) -> Iterator[Shown]:
    if not rows:
        yield {"record": NIL_RETURN}
    for row in rows:
        counts = dict.fromkeys((each.slug for each in ATTENDANCE_CODES), 0)
        counts |= {each["slug"]: each["sessions"] for each in row["codes"]}
        yield {"record": PLACEMENT, **row, **row["setting"], **row["sessions"], **counts}


def cell_of(value: object) -> str:
    """A value as a cell: nothing for null, and an apostrophe before what would be read as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | date | UUID):
        return str(value)
    text = str(value)
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULAE) else text
