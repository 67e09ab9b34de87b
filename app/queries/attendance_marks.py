"""Marks and submissions as a caller may see them: through its dated rows in `placement_viewers`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.attendance import AttendanceMark, AttendanceSubmission, ExpectedSession, RegisterCode
from app.models.placements import Placement
from app.problems import NotFound
from app.queries.calendars import school_calendars
from app.queries.clocks import among
from app.queries.placements import may_see_on
from app.queries.register_codes import STANDS
from app.rules.attendance_marks import MarkOrigin
from app.rules.calendars import SchoolCalendar, SchoolSession
from app.rules.unexplained_absences import UNEXPLAINED

_CURRENT = col(ExpectedSession.current_mark_id) == col(AttendanceMark.id)
_CHAIN = text(
    """
    with recursive chain as (
        select m.id, m.on_date, m.supersedes_id, 1 as back
        from expected_sessions e join attendance_marks m on m.id = e.current_mark_id and m.on_date = e.on_date
        where e.placement_id = :placement and e.on_date = :day and e.session = :part
        union all
        select m.id, m.on_date, m.supersedes_id, chain.back + 1
        from chain join attendance_marks m on m.id = chain.supersedes_id and m.on_date = chain.on_date
        where chain.back < :most)
    select id from chain order by back desc
    """
)


def visible_marks(caller: Caller, *, superseded: bool) -> Select[Any]:
    """The columns of every mark that the caller may see, whether it is `current`, and what the register says."""
    columns = AttendanceMark.__table__.columns  # type: ignore[attr-defined]
    marks = (
        select(*columns, _CURRENT.label("current"), col(RegisterCode.code).label("register_code"))
        .join(
            ExpectedSession,
            (col(ExpectedSession.placement_id) == col(AttendanceMark.placement_id))
            & (col(ExpectedSession.on_date) == col(AttendanceMark.on_date))
            & (col(ExpectedSession.session) == col(AttendanceMark.session)),
        )
        .outerjoin(
            RegisterCode,
            (col(RegisterCode.placement_id) == col(AttendanceMark.placement_id))
            & (col(RegisterCode.on_date) == col(AttendanceMark.on_date))
            & (col(RegisterCode.session) == col(AttendanceMark.session))
            & STANDS,
        )
        .where(may_see_on(caller, col(AttendanceMark.placement_id), col(AttendanceMark.on_date)))
    )
    return cast(Select[Any], marks if superseded else marks.where(_CURRENT))


def is_unresolved() -> ColumnElement[bool]:
    """A mark that stands and for which `N` is suggested, where the register has no other code."""
    return and_(
        _CURRENT,
        col(AttendanceMark.suggested_code) == UNEXPLAINED,
        func.coalesce(col(RegisterCode.code) == UNEXPLAINED, true()),
    )


async def calendars_of(session: AsyncSession, placement_ids: Collection[UUID]) -> Mapping[UUID, SchoolCalendar]:
    """The governing calendar of each of these placements, which the caller was shown to see."""
    if not placement_ids:
        return {}
    found = await session.execute(
        select(col(Placement.id), col(Placement.calendar_id)).where(col(Placement.id).in_(placement_ids))
    )
    of: dict[UUID, UUID] = {row[0]: row[1] for row in found}
    calendars = await school_calendars(session, sorted(set(of.values())))
    return {placement_id: calendars[calendar_id] for placement_id, calendar_id in of.items()}


async def unexplained_days(
    caller: Caller | None, session: AsyncSession, placement_ids: Collection[UUID], since: date
) -> Mapping[UUID, Sequence[date]]:
    """The day of each unresolved session of these placements since a day; of all where the worker asks."""
    statement = (
        select(col(AttendanceMark.placement_id), col(AttendanceMark.on_date))
        .join(ExpectedSession, _CURRENT & (col(ExpectedSession.on_date) == col(AttendanceMark.on_date)))
        .outerjoin(
            RegisterCode,
            (col(RegisterCode.placement_id) == col(AttendanceMark.placement_id))
            & (col(RegisterCode.on_date) == col(AttendanceMark.on_date))
            & (col(RegisterCode.session) == col(AttendanceMark.session))
            & STANDS,
        )
        .where(
            col(ExpectedSession.placement_id) == col(AttendanceMark.placement_id),
            col(ExpectedSession.session) == col(AttendanceMark.session),
            among(col(AttendanceMark.placement_id), placement_ids),
            col(AttendanceMark.on_date) >= since,
            is_unresolved(),
            true()
            if caller is None
            else may_see_on(caller, col(AttendanceMark.placement_id), col(AttendanceMark.on_date)),
        )
    )
    found: defaultdict[UUID, list[date]] = defaultdict(list)
    for placement_id, on_date in await session.execute(statement):
        found[placement_id].append(on_date)
    return found


async def history_of(
    caller: Caller, session: AsyncSession, placement_id: UUID, on_date: date, part: SchoolSession, most: int
) -> Sequence[Row[Any]]:
    """The marks of a session, the first one first; the latest of them where there are more than so many."""
    wanted = {"placement": placement_id, "day": on_date, "part": part.value, "most": most}
    ids = list(await session.scalars(_CHAIN, wanted))
    statement = visible_marks(caller, superseded=True).where(
        col(AttendanceMark.id).in_(ids), col(AttendanceMark.on_date) == on_date
    )
    return sorted((await session.execute(statement)).all(), key=lambda row: ids.index(row.id))


async def standing_mark(session: AsyncSession, mark: Row[Any]) -> UUID | None:
    """The mark that stands for the session of `mark`, with the session locked."""
    statement = (
        select(col(ExpectedSession.current_mark_id))
        .where(
            col(ExpectedSession.placement_id) == mark.placement_id,
            col(ExpectedSession.on_date) == mark.on_date,
            col(ExpectedSession.session) == mark.session,
        )
        .with_for_update()
    )
    return (await session.scalars(statement)).one()


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
    statement = visible_marks(caller, superseded=True).where(
        col(AttendanceMark.submission_id) == submission_id, col(AttendanceMark.origin) != MarkOrigin.CIRCUMSTANCES
    )
    order = (col(AttendanceMark.on_date), col(AttendanceMark.session), col(AttendanceMark.placement_id))
    found: Sequence[Row[Any]] = (await session.execute(statement.order_by(*order).limit(most))).all()
    return found
