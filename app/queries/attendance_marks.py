"""Marks and submissions as a caller may see them: through its dated rows in `placement_viewers`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.attendance import AttendanceMark, AttendanceSubmission, ExpectedSession
from app.problems import NotFound
from app.queries.placements import may_see_on

_CURRENT = col(ExpectedSession.current_mark_id) == col(AttendanceMark.id)


def visible_marks(caller: Caller, *, superseded: bool) -> Select[Any]:
    """The columns of every mark that the caller may see, with whether it is `current`; superseded ones if asked."""
    marks = (
        select(*AttendanceMark.__table__.columns, _CURRENT.label("current"))  # type: ignore[attr-defined]
        .join(
            ExpectedSession,
            (col(ExpectedSession.placement_id) == col(AttendanceMark.placement_id))
            & (col(ExpectedSession.on_date) == col(AttendanceMark.on_date))
            & (col(ExpectedSession.session) == col(AttendanceMark.session)),
        )
        .where(may_see_on(caller, col(AttendanceMark.placement_id), col(AttendanceMark.on_date)))
    )
    return marks if superseded else marks.where(_CURRENT)


def changed_or_superseded_since(since: datetime) -> ColumnElement[bool]:
    """Whether a mark was received, or another took its place, since an instant."""
    superseded = and_(col(ExpectedSession.changed_at) >= since, ~_CURRENT)
    return or_(col(AttendanceMark.received_at) >= since, superseded)


async def visible_mark(caller: Caller, session: AsyncSession, mark_id: UUID) -> Row[Any]:
    """Raises NotFound."""
    statement = visible_marks(caller, superseded=True).where(col(AttendanceMark.id) == mark_id)
    found: Row[Any] | None = (await session.execute(statement)).one_or_none()
    if found is None:
        raise NotFound
    caller.sees_placements(found.placement_id)
    return found


async def visible_submission(caller: Caller, session: AsyncSession, submission_id: UUID) -> AttendanceSubmission:
    """A submission of the caller's own, or one with a mark that it may see. Raises NotFound."""
    marked = exists().where(
        col(AttendanceMark.submission_id) == col(AttendanceSubmission.id),
        may_see_on(caller, col(AttendanceMark.placement_id), col(AttendanceMark.on_date)),
    )
    statement = select(AttendanceSubmission).where(
        col(AttendanceSubmission.id) == submission_id,
        or_(col(AttendanceSubmission.provider_id) == caller.organisation_id, marked),
    )
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def marks_of_submission(
    caller: Caller, session: AsyncSession, submission_id: UUID, most: int
) -> Sequence[Row[Any]]:
    statement = visible_marks(caller, superseded=True).where(col(AttendanceMark.submission_id) == submission_id)
    order = (col(AttendanceMark.on_date), col(AttendanceMark.session), col(AttendanceMark.placement_id))
    found: Sequence[Row[Any]] = (await session.execute(statement.order_by(*order).limit(most))).all()
    return found
