"""Marks as they are shown, and the correction of one by the provider that stated it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.problems import FieldError, Invalid, RuleRefused
from app.queries.attendance_marks import calendars_of, history_of, standing_mark, visible_mark
from app.queries.register_codes import register_codes_of
from app.rules.attendance_marks import CHANGES_NOTHING, MarkOrigin, may_correct
from app.rules.attendance_times import moment
from app.rules.sources import OUR_OWN
from app.rules.unexplained_absences import UNEXPLAINED, resolve_by
from app.rules.verdict import Refused
from app.schemas.attendance_marks import MOST_OF_A_SESSION, MarkCorrect, MarkHistory, MarkRead
from app.schemas.attendance_submissions import AttendanceRow, MarkState
from app.schemas.register_codes import RegisterCodeRead
from app.services.attendance_recording import record
from app.services.attendance_rows import member_of, mistimed, read_row
from app.services.attendance_submissions import LEDGER_FAULTS
from app.services.changes import insist, must_be

PATH = "/v1/attendance-marks"
VERSION = 1
"""Of every mark: none is ever changed."""

_SHOWN = MarkRead.model_fields.keys() - {"unresolved", "resolve_by"}
_NOT_THE_PROVIDER = Refused(
    "wrong_party", "Only the provider that stated a mark corrects it.", OUR_OWN, {"may_be_done_by": ["provider"]}
)


async def as_shown(session: AsyncSession, marks: Sequence[Row[Any]]) -> list[MarkRead]:
    """Marks as `queries.attendance_marks` finds them, with those still to be resolved and by when."""
    calendars = await calendars_of(session, {mark.placement_id for mark in marks if _is_unresolved(mark)})
    return [
        MarkRead.model_validate(
            {
                **{name: mark._mapping[name] for name in _SHOWN},
                "unresolved": _is_unresolved(mark),
                "resolve_by": resolve_by(calendars[mark.placement_id], mark.on_date) if _is_unresolved(mark) else None,
            }
        )
        for mark in marks
    ]


async def history(caller: Caller, session: AsyncSession, mark_id: UUID) -> MarkHistory:
    """All that was said of the session of a mark. Raises NotFound."""
    mark = await visible_mark(caller, session, mark_id)
    about = (mark.placement_id, mark.on_date, mark.session)
    entered = await register_codes_of(caller, session, *about, MOST_OF_A_SESSION)
    return MarkHistory(
        placement_id=mark.placement_id,
        on_date=mark.on_date,
        session=mark.session,
        marks=await as_shown(session, await history_of(caller, session, *about, MOST_OF_A_SESSION)),
        register_codes=[RegisterCodeRead.model_validate(each) for each in reversed(entered)],
    )


async def correct_mark(
    caller: Caller, session: AsyncSession, mark_id: UUID, body: MarkCorrect, expected_version: int
) -> Row[Any]:
    """The mark that takes the place of one that stands; what was late stays late.

    Raises NotFound; RuleRefused for another organisation than the provider, for a mark that does not stand (it names
    the one that does), and for a correction that changes nothing; Invalid for what no row of a submission may say.
    """
    mark = await visible_mark(caller, session, mark_id)
    if mark.provider_id != caller.organisation_id:
        raise RuleRefused(_NOT_THE_PROVIDER)
    must_be(VERSION, expected_version)
    insist(may_correct(mark_id, await standing_mark(session, mark)))
    at = moment(caller.now)
    row = AttendanceRow(placement_id=mark.placement_id, on_date=mark.on_date, session=mark.session, **body.model_dump())
    statement = read_row(0, row, at)
    if isinstance(statement, Refused):
        raise _invalid(statement)
    [found] = (await record(caller, session, [statement], 1, at, MarkOrigin.CORRECTION)).outcomes
    if found.what in LEDGER_FAULTS:
        raise _invalid(LEDGER_FAULTS[found.what])
    if found.starts_at is not None and found.ends_at is not None:
        raise _invalid(mistimed(statement, found.starts_at, found.ends_at, at))
    if found.what == MarkState.UNCHANGED:
        raise RuleRefused(CHANGES_NOTHING)
    return await visible_mark(caller, session, found.mark_id)


def _invalid(fault: Refused) -> Invalid:
    return Invalid([FieldError(member_of(fault), fault.code, fault.reason)])


def _is_unresolved(mark: Row[Any]) -> bool:
    """The same answer as `queries.attendance_marks.is_unresolved`."""
    return mark.current and mark.suggested_code == UNEXPLAINED and (mark.register_code or UNEXPLAINED) == UNEXPLAINED
