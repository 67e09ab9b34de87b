"""Whether a child is expected elsewhere: asked of the database, which alone knows which records are of one child."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.rules.calendars import SchoolSession
from app.rules.double_timetabling import SessionOfDay

_ELSEWHERE = text(
    "select on_date, session from sessions_elsewhere(:placement_id, cast(:days as date[]), cast(:parts as text[]),"
    " :today)"
)
_ELSEWHERE_AS = text("select on_date, session from sessions_elsewhere_as(:pupil_id, :upn, :today)")


async def clashing_sessions(
    session: AsyncSession, placement_id: UUID, wanted: Collection[SessionOfDay], today: date
) -> Sequence[SessionOfDay]:
    """Those of the sessions wanted for a placement of the caller's at which its child is expected elsewhere.

    Only from `today` on. Until the transaction ends nobody else is given an answer about this child.
    """
    found = await session.execute(
        _ELSEWHERE,
        {
            "placement_id": placement_id,
            "days": [day for day, _ in wanted],
            "parts": [part.value for _, part in wanted],
            "today": today,
        },
    )
    return [(row.on_date, SchoolSession(row.session)) for row in found]


async def clashing_sessions_as(
    session: AsyncSession, pupil_id: UUID, upn: str, today: date
) -> Sequence[SessionOfDay | None]:
    """The sessions from `today` on at which a pupil of the caller's would be in two places if this were its UPN.

    None stands for a session of a placement that the caller does not see.
    """
    found = await session.execute(_ELSEWHERE_AS, {"pupil_id": pupil_id, "upn": upn, "today": today})
    return [None if row.on_date is None else (row.on_date, SchoolSession(row.session)) for row in found]
