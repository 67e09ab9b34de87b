"""The ledger follows the calendars: what is expected when a day is closed, opened, or published later.

Reports that are still being written follow too: a term's last open pupil day is the day on which they are due.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.queries.calendars_following import calendars_to_follow, placements_governed
from app.rules.attendance_due import SessionState
from app.rules.ledger import LedgerChanges
from app.services.duties_batch import Batch
from app.services.expected_sessions import let_ledgers_follow

_TOGETHER = 500
_MOVE_REPORTS = text("select move_reports_of(cast(:placements as uuid[]), :at)")


async def follow_calendars(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """Expects nothing on days that were closed, and on those opened after the day of the change what timetables say.

    Today's and earlier sessions of which nothing was received are waived, and all who see them are told. A calendar one
    of whose placements is being changed waits for the next time, whole.
    """
    followed, tellings = 0, list[Telling]()
    for calendar in await calendars_to_follow(session, sandbox_id, most):
        first, last = calendar.follow_from, calendar.follow_to
        if first is None or last is None:
            continue
        governed = await placements_governed(session, calendar.id, first)
        if governed is None:
            continue
        for some in _in_parts(governed):
            changes = await let_ledgers_follow(session, some, first, last, calendar.changed_at, until)
            tellings += _told(some, changes, until)
            await session.execute(_MOVE_REPORTS, {"placements": [each.id for each in some], "at": until})
        calendar.follow_from = calendar.follow_to = None
        followed += 1
    await session.flush()
    return Batch(followed, tellings)


def _in_parts(governed: Sequence[Placement]) -> Iterator[Sequence[Placement]]:
    for begin in range(0, len(governed), _TOGETHER):
        yield governed[begin : begin + _TOGETHER]


def _told(placements: Iterable[Placement], changes: Mapping[UUID, LedgerChanges], at: datetime) -> Iterator[Telling]:
    """One event for each provider and day of which sessions were waived."""
    waived: dict[tuple[UUID, date], set[UUID]] = {}
    for placement in placements:
        for (day, _), row in changes[placement.id].altered.items():
            if row.waived_by is not None:
                waived.setdefault((placement.provider_id, day), set()).add(placement.id)
    for (provider_id, day), ids in sorted(waived.items(), key=str):
        query = {"on_date": day, "provider_id": provider_id, "state": SessionState.WAIVED.value}
        yield Telling(
            EventType.ATTENDANCE_WAIVED,
            f"/v1/expected-sessions?{urlencode(query)}",
            at,
            placements=tuple(sorted(ids)),
        )
