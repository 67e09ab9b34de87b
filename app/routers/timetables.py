"""The timetables of a placement: the versions so far, and a new one from a later day on."""

from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.placements import Timetable
from app.queries.placements import slots_of, timetables_in, visible_placement
from app.schemas.placements import SlotRead, TimetableRead, TimetableWrite
from app.schemas.wire import Id
from app.services import timetables
from app.web.conditional import ExpectedVersion
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("placements")


@router.get("/placements/{placement_id}/timetables", operation_id="list_timetables")
async def list_timetables(
    placement_id: Id,
    caller: Annotated[Caller, allow(Scope.PLACEMENTS_READ)],
    session: Session,
    pages: Pages,
) -> Page[TimetableRead]:
    """Every version of the placement's timetable, the earliest first."""
    await visible_placement(caller, session, placement_id)
    order = [col(Timetable.applies_from), col(Timetable.id)]
    rows, page = await pages.rows(session, timetables_in(placement_id), order)
    return page.holding([await _read(session, row[0]) for row in rows])


@router.post("/placements/{placement_id}/timetables", operation_id="change_timetable", status_code=201)
async def change_timetable(
    placement_id: Id,
    body: TimetableWrite,
    expected: ExpectedVersion,
    caller: Annotated[Caller, allow(Scope.PLACEMENTS_WRITE)],
    session: Session,
    response: Response,
) -> TimetableRead:
    """A new timetable from a later day on. What is expected changes with it, and every party is told.

    `If-Match` takes the placement's ETag, which moves with its timetables.
    """
    timetable = await timetables.change_timetable(caller, session, placement_id, body, expected)
    response.headers["Location"] = f"/v1/placements/{placement_id}/timetables"
    return await _read(session, timetable)


async def _read(session: Session, timetable: Timetable) -> TimetableRead:
    slots = await slots_of(session, timetable.placement_id, timetable.id)
    return TimetableRead(
        id=timetable.id,
        placement_id=timetable.placement_id,
        applies_from=timetable.applies_from,
        slots=[
            SlotRead(
                weekday=slot.weekday,
                session=slot.session,
                starts_at=f"{slot.starts_at:%H:%M}",
                ends_at=f"{slot.ends_at:%H:%M}",
                online=slot.online,
                site_id=slot.site_id,
            )
            for slot in slots
        ],
    )
