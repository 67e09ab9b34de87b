"""The feed of everything that happened that the caller's organisation may see."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.clock import utc_now
from app.outbox.catalogue import EventType
from app.problems import Invalid, ParameterError
from app.queries.events import Position, feed
from app.schemas.events import EventPage, EventRead
from app.web.edge import Session
from app.web.pages import Pages, Paging
from app.web.router import edge_router

router = edge_router("events")

Types = Annotated[
    list[EventType] | None,
    Query(max_length=50, description="Only these types. A cursor belongs to one choice of them."),
]


@router.get("/events", operation_id="list_events")
async def list_events(
    caller: Annotated[Caller, allow(Scope.EVENTS_READ)], session: Session, pages: Pages, types: Types = None
) -> EventPage:
    """What happened since the cursor, the oldest first; from the beginning without one.

    Poll with the `next_cursor` of the answer before: it is given at the end of the feed too, and stays good. No event
    ever appears behind it. An event shows once every transaction that began before its own has ended, normally within
    milliseconds. Polling alone is complete. Events are kept for 30 days at the least, here for as many as the service
    is set to: a cursor that stands before those is refused as `cursor_expired`. Then begin again without one, and read
    the lists anew.
    """
    after = _after(pages, utc_now() - timedelta(days=pages.request.app.state.settings.events_kept_days))
    stretch = await feed(caller, session, after, pages.limit, types)
    next_cursor = pages.cursor_at([str(stretch.end.txid), str(stretch.end.seq), stretch.read_to.isoformat()])
    if stretch.more:
        pages.link(next_cursor)
    shown = [EventRead.model_validate(event.model_dump(exclude={"placement_id"})) for event in stretch.events]
    return EventPage(items=shown, next_cursor=next_cursor, more=stretch.more)


def _after(pages: Paging, kept_from: datetime) -> Position:
    """Where the cursor stands. Raises Invalid for one behind which events may have been forgotten."""
    if pages.cursor is None:
        return Position(0, 0)
    try:
        txid, seq, read_to = pages.position([int, int, datetime])
    except Invalid:  # given before cursors held the time
        txid, seq = pages.position([int, int])
        return Position(txid, seq)
    if read_to < kept_from:
        detail = "events behind it are kept no longer; begin again without a cursor"
        raise Invalid([ParameterError("cursor", "cursor_expired", detail)])
    return Position(txid, seq)
