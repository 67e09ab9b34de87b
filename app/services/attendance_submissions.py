"""A provider submits its attendance: good rows are stored, each faulty row is named, nothing is half done."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.problems import FieldError, Invalid
from app.queries.calendars import school_calendars
from app.queries.placements import own_placements
from app.rules.attendance_due import Punctuality
from app.rules.attendance_statements import CONTRADICTION, NEVER_ONLINE, PLACEMENT_NOT_FOUND, why_not_expected
from app.rules.attendance_times import moment
from app.rules.placements import PlacementState
from app.rules.verdict import Refused
from app.schemas.attendance_submissions import AcceptedRow, MarkState, RejectedRow, SubmissionResult
from app.services.attendance_recording import Outcome, record
from app.services.attendance_rows import Statement, mistimed, read_rows, rejection

_STATES = {state.value: state for state in MarkState}
LEDGER_FAULTS = {fault.code: fault for fault in (NEVER_ONLINE, CONTRADICTION)}
_MOST_NAMED = 100


async def submit_attendance(
    caller: Caller, session: AsyncSession, rows: Sequence[Any], *, all_or_nothing: bool
) -> SubmissionResult:
    """Stores every good row and names every other. Raises Invalid for any fault where it is to be all or nothing."""
    at = moment(caller.now)
    statements, rejected = read_rows(rows, at)
    if all_or_nothing:
        _refuse(rejected, len(rows))
    recorded = await record(caller, session, statements, len(rows), at)
    by_index = {each.index: each for each in statements}
    accepted = []
    for found in recorded.outcomes:
        statement = by_index.pop(found.index)
        caller.sees_placements(statement.row.placement_id)
        if found.what in LEDGER_FAULTS:
            rejected.append(rejection(found.index, LEDGER_FAULTS[found.what]))
        elif found.starts_at is not None and found.ends_at is not None:
            rejected.append(rejection(found.index, mistimed(statement, found.starts_at, found.ends_at, at)))
        else:
            accepted.append(_accepted(found))
    if by_index:
        rejected += await _diagnosed(caller, session, list(by_index.values()))
    if all_or_nothing:
        _refuse(rejected, len(rows))
    unchanged = sum(each.state is MarkState.UNCHANGED for each in accepted)
    return SubmissionResult(
        id=recorded.submission_id,
        received_at=caller.now,
        recorded_count=len(accepted) - unchanged,
        unchanged_count=unchanged,
        rejected_count=len(rejected),
        accepted=sorted(accepted, key=lambda each: each.index),
        rejected=sorted(rejected, key=lambda each: each.index),
    )


def _accepted(found: Outcome) -> AcceptedRow:
    return AcceptedRow(
        index=found.index,
        state=_STATES[found.what],
        mark_id=found.mark_id,
        punctuality=Punctuality.ON_TIME if found.on_time else Punctuality.LATE,
        suggested_code=found.suggested_code,
        suggested_by=found.suggested_by,
    )


async def _diagnosed(caller: Caller, session: AsyncSession, lost: Sequence[Statement]) -> list[RejectedRow]:
    """Why each of these rows found no session of the caller's. Another's placement is one that does not exist."""
    placements = await own_placements(caller, session, {each.row.placement_id for each in lost})
    calendars = await school_calendars(session, sorted({p.calendar_id for p in placements.values()}))
    caller.sees_placements(*placements)
    rejected = []
    for each in lost:
        placement = placements.get(each.row.placement_id)
        fault: Refused = PLACEMENT_NOT_FOUND
        if placement is not None:
            fault = why_not_expected(
                each.row.on_date,
                each.row.session,
                accepted=placement.state is PlacementState.ACCEPTED,
                first=placement.starts_on,
                last=placement.ends_on,
                calendar=calendars[placement.calendar_id],
            )
        rejected.append(rejection(each.index, fault))
    return rejected


def _refuse(rejected: Sequence[RejectedRow], rows: int) -> None:
    if not rejected:
        return
    in_order = sorted(rejected, key=lambda each: each.index)[:_MOST_NAMED]
    raise Invalid(
        [FieldError(each.pointer, each.code, each.detail) for each in in_order],
        f"Nothing was stored: {len(rejected)} of {rows} rows have a fault, and it was to be all or nothing.",
    )
