"""Telling that a placement's first day has come, or its last has passed."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import london_day, london_midnight
from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.services.duties_batch import Batch


def _sweep(flag: str, day: str, passed: str) -> TextClause:
    return text(
        f"""
        with due as (
            select p.id from placements p join organisations o on o.id = p.provider_id
            where p.state = 'accepted' and not p.{flag} and p.{day} {passed} :today
              and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
            order by p.{day}, p.id
            limit :most
            for no key update of p skip locked
        ), told as (
            update placements p set {flag} = true, changed_at = :until, version = p.version + 1
            from due where p.id = due.id
            returning p.id, p.{day} as on_day
        )
        select id, on_day from told order by on_day, id
        """  # noqa: S608 - its parts are the literals below
    )


_STARTED = _sweep("start_told", "starts_on", "<=")
_ENDED = _sweep("end_told", "ends_on", "<")


async def tell_starts(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    tellings = [
        Telling(EventType.PLACEMENT_STARTED, f"/v1/placements/{id_}", london_midnight(first_day), placements=(id_,))
        for id_, first_day in await _due(session, _STARTED, sandbox_id, until, most)
    ]
    return Batch(len(tellings), tellings)


async def tell_ends(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """The last day belongs to the placement, so it has ended when the next one begins."""
    tellings = [
        Telling(
            EventType.PLACEMENT_ENDED,
            f"/v1/placements/{id_}",
            london_midnight(last_day + timedelta(days=1)),
            placements=(id_,),
        )
        for id_, last_day in await _due(session, _ENDED, sandbox_id, until, most)
    ]
    return Batch(len(tellings), tellings)


async def _due(
    session: AsyncSession, sweep: TextClause, sandbox_id: UUID | None, until: datetime, most: int | None
) -> list[tuple[UUID, date]]:
    due = {"today": london_day(until), "until": until, "sandbox_id": sandbox_id, "most": most}
    found = await session.execute(sweep, due)
    return [(row.id, row.on_day) for row in found]
