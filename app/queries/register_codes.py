"""What schools entered in their registers, as a caller may see it: through its dated rows in `placement_viewers`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access.caller import Caller
from app.models.attendance import RegisterCode
from app.problems import NotFound
from app.queries.placements import may_see_on
from app.rules.calendars import SchoolSession

_LATER = aliased(RegisterCode)
_OF_THE_SAME = and_(
    col(_LATER.placement_id) == col(RegisterCode.placement_id),
    col(_LATER.on_date) == col(RegisterCode.on_date),
    col(_LATER.session) == col(RegisterCode.session),
    col(_LATER.number) > col(RegisterCode.number),
)
STANDS = ~exists().where(_OF_THE_SAME)
"""Whether no later code was entered for the session."""


def visible_register_codes(caller: Caller, *, superseded: bool) -> Select[Any]:
    """The columns of every code entered that the caller may see, with whether it is `current`."""
    columns = RegisterCode.__table__.columns  # type: ignore[attr-defined]
    found = select(*columns, STANDS.label("current")).where(
        may_see_on(caller, col(RegisterCode.placement_id), col(RegisterCode.on_date))
    )
    return cast(Select[Any], found if superseded else found.where(STANDS))


def entered_since(since: datetime) -> ColumnElement[bool]:
    """Entered, or superseded, at that instant or later."""
    return or_(col(RegisterCode.entered_at) >= since, exists().where(_OF_THE_SAME, col(_LATER.entered_at) >= since))


async def visible_register_code(caller: Caller, session: AsyncSession, register_code_id: UUID) -> Row[Any]:
    """Raises NotFound."""
    statement = visible_register_codes(caller, superseded=True).where(col(RegisterCode.id) == register_code_id)
    found: Row[Any] | None = (await session.execute(statement)).one_or_none()
    if found is None:
        raise NotFound
    caller.sees_placements(found.placement_id)
    return found


async def register_codes_of(
    caller: Caller, session: AsyncSession, placement_id: UUID, on_date: date, part: SchoolSession, most: int
) -> Sequence[Row[Any]]:
    """What was entered for a session, the latest first; at most so many."""
    statement = visible_register_codes(caller, superseded=True).where(
        col(RegisterCode.placement_id) == placement_id,
        col(RegisterCode.on_date) == on_date,
        col(RegisterCode.session) == part,
    )
    found: Sequence[Row[Any]] = (
        await session.execute(statement.order_by(col(RegisterCode.number).desc()).limit(most))
    ).all()
    return found
