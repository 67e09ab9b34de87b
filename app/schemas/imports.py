"""Imports on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.imports import ImportKind, ImportState, RowState, StopReason
from app.schemas.wire import Body, Count, Id, Instant, Name, Read, ShortText, Tagged

MOST_FAULTS = 40


class ImportCreate(Body):
    """What a file to come holds. It is a dry run unless `dry_run` is false: all is judged, nothing is kept.

    `calendar_name` names the calendar of an iCalendar file that does not name its own.
    """

    kind: ImportKind = Field(strict=False)
    dry_run: bool = Field(default=True, examples=[True])
    calendar_name: Name | None = Field(default=None, examples=["Northshire 2026/27"])


class ImportRead(Tagged):
    """An import and how far it is: rows that are none of the five counts below `row_count` are still to be done.

    In a dry run the counts say what would have been. `stopped_because` says why one was stopped: its client was
    revoked, or lost the scope that it needs.
    """

    id: Id
    kind: ImportKind
    dry_run: bool
    calendar_name: Name | None
    state: ImportState
    stopped_because: StopReason | None
    content_sha256: Annotated[str | None, Field(max_length=64, examples=["0" * 64])]
    row_count: Count
    made_count: Count
    changed_count: Count
    unchanged_count: Count
    rejected_count: Count
    not_done_count: Count
    uploaded_at: Instant | None
    settled_at: Instant | None
    created_at: Instant
    changed_at: Instant


class RowFault(Read):
    """`column` is the name in the header; null for a fault of the whole row. No value is ever repeated."""

    column: Annotated[str | None, Field(max_length=60, examples=["date_of_birth"])]
    code: Annotated[str, Field(max_length=60, examples=["day_expected"])]
    detail: ShortText


class ImportRowRead(Read):
    """What became of the row that begins on `line` of the file, its first line being 1.

    `resource` is where to read what it made, changed or found; null in a dry run for what is not there.
    """

    line: Annotated[int, Field(ge=1, le=20_000_000, examples=[2])]
    state: RowState
    resource: Annotated[str | None, Field(max_length=200, examples=["/v1/pupils/3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"])]
    faults: Annotated[list[RowFault], Field(max_length=MOST_FAULTS)]
