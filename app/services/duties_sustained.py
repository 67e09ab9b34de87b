"""Telling that two full terms after a move are over, once; and noting when a calendar first says when that is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import london_day, london_midnight
from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.queries.calendars import school_calendars
from app.rules.sustained_checks import check_windows
from app.services.duties_batch import Batch

# Calendars that governed a placement with a check for which the day is not known. Once noted it stays, as the day of a
# notice does: a closure that comes later does not move it.
_UNDATED = text(
    """
    select distinct p.calendar_id
    from sustained_checks c join placements p on p.id = c.placement_id join organisations o on o.id = p.provider_id
    where c.state = 'open' and c.due_told_at is null and c.due_on is null
      and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
    """
)
_NOTE = text(
    """
    with known as (
        select c.id, w.due_on from sustained_checks c join placements p on p.id = c.placement_id
        join unnest(cast(:calendars as uuid[]), cast(:firsts as date[]), cast(:lasts as date[]), cast(:dues as date[]))
             as w (calendar_id, first_on, last_on, due_on)
          on w.calendar_id = p.calendar_id and c.moved_on between w.first_on and w.last_on
        where c.state = 'open' and c.due_on is null
        for no key update of c skip locked
    )
    update sustained_checks c set due_on = known.due_on, changed_at = :until, version = c.version + 1
    from known where c.id = known.id
    """
)
_TELL = text(
    """
    with due as (
        select c.id from sustained_checks c
        join placements p on p.id = c.placement_id join organisations o on o.id = p.provider_id
        where c.state = 'open' and c.due_told_at is null and c.due_on <= :today
          and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
        order by c.due_on, c.id
        limit :most
        for no key update of c skip locked
    ), told as (
        update sustained_checks c set due_told_at = :until, changed_at = :until, version = c.version + 1
        from due where c.id = due.id
        returning c.id, c.placement_id, c.due_on
    )
    select id, placement_id, due_on from told order by due_on, id
    """
)


async def tell_sustained_checks(
    session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None
) -> Batch:
    """Checks whose day has come by `until`.

    Source: AP Quality Toolkit, area 12 (transitions sustained after two terms), read in the primary source.
    """
    await _note_due_days(session, sandbox_id, until)
    due = {"today": london_day(until), "until": until, "sandbox_id": sandbox_id, "most": most}
    found = (await session.execute(_TELL, due)).all()
    tellings = [
        Telling(
            EventType.SUSTAINED_CHECK_DUE,
            f"/v1/sustained-checks/{row.id}",
            london_midnight(row.due_on),
            placements=(row.placement_id,),
        )
        for row in found
    ]
    return Batch(len(tellings), tellings)


async def _note_due_days(session: AsyncSession, sandbox_id: UUID | None, until: datetime) -> None:
    undated = (await session.scalars(_UNDATED, {"sandbox_id": sandbox_id})).all()
    calendars = await school_calendars(session, undated)
    windows = [(id_, w) for id_, calendar in calendars.items() for w in check_windows(calendar)]
    if windows:
        values = {
            "calendars": [id_ for id_, _ in windows],
            "firsts": [each.first for _, each in windows],
            "lasts": [each.last for _, each in windows],
            "dues": [each.due_on for _, each in windows],
        }
        await session.execute(_NOTE, {"until": until, **values})
