"""Everything that is overdue across a council in one call: actions, reviews, concerns, visits, reports, returns."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import Query

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.rules.quality_due import DueItem, DueKind, is_overdue
from app.schemas.quality_due import QualityDueRead
from app.schemas.wire import Day, Id
from app.services.quality_due import quality_due
from app.services.quality_due_sources import Wanted
from app.web.edge import Session
from app.web.pages import Cut, Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")

Council = Annotated[Caller, allow(Scope.QA_READ, OrganisationKind.COUNCIL)]


@router.get("/quality-due", operation_id="list_quality_due")
async def list_quality_due(
    caller: Council,
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    kind: DueKind | None = None,
    due_by: Annotated[
        Day | None, Query(description="Also what falls due by this day; left out, only what is overdue.")
    ] = None,
) -> Page[QualityDueRead]:
    """Everything overdue in the calling council's quality assurance, of every provider and kind, the oldest first.

    Each says what is to be done, who is to do it and where it is read. Progress reports are those of placements that
    the council may see, for clients with `reports:read`.
    """
    until = due_by or caller.today - timedelta(days=1)
    place = pages.position([date, str, str])
    after = (place[0], place[1], place[2]) if place else None
    found = await quality_due(caller, session, kind, Wanted(until, provider_id, after, pages.limit + 1))
    rows, more = found[: pages.limit], len(found) > pages.limit
    caller.sees_placements(*(each.placement_id for each in rows if each.placement_id is not None))
    next_cursor = _cursor(pages, rows[-1]) if more else None
    return Cut(next_cursor).holding([_read(caller, each) for each in rows])


def _cursor(pages: Pages, last: DueItem) -> str:
    due_on, kind, key = last.place
    next_cursor = pages.cursor_at([due_on.isoformat(), kind, key])
    pages.link(next_cursor)
    return next_cursor


def _read(caller: Caller, item: DueItem) -> QualityDueRead:
    return QualityDueRead(
        kind=item.kind,
        provider_id=item.provider_id,
        placement_id=item.placement_id,
        due_on=item.due_on,
        overdue=is_overdue(item.due_on, caller.today),
        to_do=item.to_do,
        waits_for=item.waits_for,
        title=item.title,
        resource=item.resource,
    )
