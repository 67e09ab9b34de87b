"""The sessions that part-time plans leave out of what is expected."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.clock import london_day
from app.models.attendance import ExpectedSession
from app.models.part_time_plans import PartTimePlan
from app.queries.expected_sessions import begins_after, sessions_waived_by
from app.queries.part_time_plans import IN_FORCE, standing_plans
from app.rules.attendance_waivers import Waiver
from app.rules.part_time_plans import weekly_session
from app.rules.timetables import WEEKDAYS
from app.services.double_timetabling import insist_on_one_place


async def leave_out_sessions(session: AsyncSession, plan: PartTimePlan, at: datetime) -> None:
    """The plan's sessions are waived, save those received already. It says why where a suspension waives them too."""
    await session.execute(
        update(ExpectedSession)
        .where(
            *_of(plan),
            col(ExpectedSession.first_received_at).is_(None),
            or_(col(ExpectedSession.waived_by).is_(None), col(ExpectedSession.waived_by) == Waiver.SUSPENSION),
        )
        .values(waived_by=Waiver.PART_TIME_PLAN, changed_at=at)
        .execution_options(synchronize_session=False)
    )


async def stop_leaving_out(session: AsyncSession, plan: PartTimePlan, at: datetime) -> None:
    """The plan's sessions that begin after `at` are expected after all, as far as it goes; those begun stay waived.

    Raises RuleRefused where the child is timetabled elsewhere at one of them by now.
    """
    waived = await sessions_waived_by(
        session, Waiver.PART_TIME_PLAN, plan.placement_id, plan.starts_on, plan.ends_on, at
    )
    await insist_on_one_place(session, plan.placement_id, waived, london_day(at))
    await session.execute(
        update(ExpectedSession)
        .where(*_of(plan), col(ExpectedSession.waived_by) == Waiver.PART_TIME_PLAN, begins_after(at))
        .values(waived_by=None, changed_at=at)
        .execution_options(synchronize_session=False)
    )


async def hold_plans(session: AsyncSession, placement_id: UUID, first: date, last: date, at: datetime) -> None:
    """The plans in force from `first` to `last` leave their sessions out of those just added."""
    for plan in await standing_plans(session, placement_id, first, last):
        if plan.state in IN_FORCE:
            await leave_out_sessions(session, plan, at)


def _of(plan: PartTimePlan) -> Iterable[ColumnElement[bool]]:
    weekday = func.date_part("isodow", col(ExpectedSession.on_date))
    named = [weekly_session(each) for each in plan.sessions_not_attended]
    yield col(ExpectedSession.placement_id) == plan.placement_id
    yield col(ExpectedSession.on_date).between(plan.starts_on, plan.ends_on)
    yield or_(*(and_(weekday == WEEKDAYS.index(day) + 1, col(ExpectedSession.session) == part) for day, part in named))
