"""Suggesting another code where what is known of a session changed after its mark was made.

The provider's statement stays as it is: a mark with the same statement and the new suggestion takes the place of the
one that stands, so that whoever reads what stands has never two answers.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.rules.attendance_circumstances import Circumstance, Known, known_of
from app.rules.attendance_facts import AbsenceReason, Fact, MarkFact, SuggestedCode, suggest_code
from app.rules.attendance_marks import MarkOrigin
from app.rules.attendance_statements import reason_of
from app.rules.attendance_waivers import Waiver
from app.services.duties_batch import Batch

_CHANGED = text(
    """
    select e.placement_id, e.on_date, e.session, e.circumstance, e.waived_by, e.online, e.council_commissioned,
           e.current_mark_id, m.fact, m.reason, m.code, m.suggested_code, m.suggested_by
    from expected_sessions e
    join organisations o on o.id = e.provider_id
    join attendance_marks m on m.id = e.current_mark_id and m.on_date = e.on_date
    where e.suggest_again and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
    order by e.placement_id, e.on_date, e.session
    limit :most
    for no key update of e skip locked
    """
)
_SUGGEST = text(
    """
    with fresh as (
        select * from jsonb_to_recordset(cast(:fresh as jsonb))
            as f(id uuid, old uuid, on_date date, code text, rule text)
    )
    insert into attendance_marks (
        id, on_date, placement_id, session, submission_id, provider_id, fact, arrived_at, left_at, minutes_late, reason,
        code, suggested_code, suggested_by, received_at, supersedes_id, origin)
    select fresh.id, m.on_date, m.placement_id, m.session, m.submission_id, m.provider_id, m.fact, m.arrived_at,
           m.left_at, m.minutes_late, m.reason, m.code, fresh.code, fresh.rule, :at, m.id, :origin
    from fresh join attendance_marks m on m.id = fresh.old and m.on_date = fresh.on_date
    """
)
_DONE = text(
    """
    update expected_sessions e
    set suggest_again = false, current_mark_id = coalesce(done.id, e.current_mark_id),
        current_code = coalesce(done.code, e.current_code),
        changed_at = case when done.id is null then e.changed_at else :at end
    from jsonb_to_recordset(cast(:done as jsonb)) as done(
        id uuid, code text, placement_id uuid, on_date date, session text)
    where e.placement_id = done.placement_id and e.on_date = done.on_date and e.session = done.session
    """
)


async def suggest_again(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """Marks of sessions whose circumstances changed, where another code or another rule follows from them.

    Source: Waymark's own; the codes are those of `rules.attendance_facts`.
    """
    found = (await session.execute(_CHANGED, {"sandbox_id": sandbox_id, "most": most})).all()
    if not found:
        return Batch(0, [])
    suggested = [(row, _suggested(row)) for row in found]
    fresh = {
        row.current_mark_id: (uuid4(), each)
        for row, each in suggested
        if (each.code.code, each.rule) != (row.suggested_code, row.suggested_by)
    }
    await _append(session, found, fresh, until)
    placements = sorted({row.placement_id for row in found if row.current_mark_id in fresh})
    tellings = [
        Telling(
            EventType.ATTENDANCE_SUGGESTED_ANEW, f"/v1/attendance-marks?placement_id={each}", until, placements=(each,)
        )
        for each in placements
    ]
    return Batch(len(found), tellings)


async def _append(
    session: AsyncSession,
    found: Sequence[Row[Any]],
    fresh: dict[UUID, tuple[UUID, SuggestedCode]],
    at: datetime,
) -> None:
    marks = [
        {
            "id": str(fresh[row.current_mark_id][0]),
            "old": str(row.current_mark_id),
            "on_date": str(row.on_date),
            "code": fresh[row.current_mark_id][1].code.code,
            "rule": fresh[row.current_mark_id][1].rule,
        }
        for row in found
        if row.current_mark_id in fresh
    ]
    done = [
        {
            "id": str(fresh[row.current_mark_id][0]) if row.current_mark_id in fresh else None,
            "code": (row.code or fresh[row.current_mark_id][1].code.code) if row.current_mark_id in fresh else None,
            "placement_id": str(row.placement_id),
            "on_date": str(row.on_date),
            "session": row.session,
        }
        for row in found
    ]
    await session.execute(_SUGGEST, {"fresh": json.dumps(marks), "at": at, "origin": MarkOrigin.CIRCUMSTANCES.value})
    await session.execute(_DONE, {"done": json.dumps(done), "at": at})


def _suggested(row: Row[Any]) -> SuggestedCode:
    known: Known = Circumstance(row.circumstance) if row.circumstance else row.waived_by and Waiver(row.waived_by)
    reason = AbsenceReason(row.reason) if row.reason else reason_of(row.code)
    mark = MarkFact(Fact(row.fact), reason=reason)
    session = known_of(known, online=row.online, council_commissioned=row.council_commissioned)
    return suggest_code(mark, session, row.on_date)
