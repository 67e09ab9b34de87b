"""Checks whether a move was sustained, reached through the placements that the caller may see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Uuid, and_, column, func, or_, select, values
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.outcomes import SustainedCheck, SustainedFinding
from app.models.placements import Placement
from app.problems import NotFound
from app.queries.calendars import school_calendars
from app.queries.placements import visible_placement_ids
from app.rules.sustained_checks import OVERDUE_AFTER_DAYS, CheckRecord, CheckState, SustainedCheckKind, check_windows

_OVERDUE_AFTER = timedelta(days=OVERDUE_AFTER_DAYS)


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks that a caller may see, each with the day on which it is due as far as calendars tell."""

    rows: Select[Any]
    due_on: ColumnElement[date | None]


async def visible_checks(caller: Caller, session: AsyncSession) -> Checks:
    """The due day is the one noted or, until the clock has noted it, what the placement's calendar says by now."""
    due_on: Any = col(SustainedCheck.due_on)
    noted = await undated_windows(caller, session)
    if noted:
        names = (("calendar_id", Uuid), ("first_on", Date), ("last_on", Date), ("due_on", Date))
        windows = values(*(column(name, kind) for name, kind in names), name="windows").data(noted)
        derived = (
            select(windows.c.due_on)
            .where(
                windows.c.calendar_id == col(Placement.calendar_id),
                col(SustainedCheck.moved_on).between(windows.c.first_on, windows.c.last_on),
            )
            .correlate(Placement, SustainedCheck)
            .scalar_subquery()
        )
        due_on = func.coalesce(due_on, derived)
    rows = (
        select(SustainedCheck, due_on)
        .join(Placement, col(Placement.id) == col(SustainedCheck.placement_id))
        .where(col(SustainedCheck.placement_id).in_(visible_placement_ids(caller)))
    )
    return Checks(rows, due_on)


async def undated_windows(caller: Caller, session: AsyncSession) -> list[tuple[UUID, date, date, date]]:
    """When moves are checked, by the calendars under which the caller sees checks whose day nobody has noted.

    Each is a calendar, the first and the last day of a move, and the day on which the check is due.
    """
    statement = (
        select(col(Placement.calendar_id))
        .join(SustainedCheck, col(SustainedCheck.placement_id) == col(Placement.id))
        .where(
            col(SustainedCheck.due_on).is_(None),
            col(SustainedCheck.state) == CheckRecord.OPEN,
            col(Placement.id).in_(visible_placement_ids(caller)),
        )
        .distinct()
    )
    calendars = await school_calendars(session, (await session.scalars(statement)).all())
    return [(id_, w.first, w.last, w.due_on) for id_, calendar in calendars.items() for w in check_windows(calendar)]


async def visible_check(
    caller: Caller, session: AsyncSession, check_id: UUID, *, lock: bool = False
) -> tuple[SustainedCheck, date | None]:
    """The check and the day on which it is due. Raises NotFound. Lock the placement before the check."""
    checks = await visible_checks(caller, session)
    statement = checks.rows.where(col(SustainedCheck.id) == check_id)
    if lock:
        locked = statement.with_for_update(of=SustainedCheck)
        statement = locked.execution_options(populate_existing=True)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    check: SustainedCheck = row[0]
    caller.sees_placements(check.placement_id)
    return check, row[1]


async def standing_checks(
    caller: Caller, session: AsyncSession, placement_id: UUID, kind: SustainedCheckKind
) -> Sequence[SustainedCheck]:
    """The check of this kind of a placement that is not void, locked."""
    statement = (
        select(SustainedCheck)
        .where(
            col(SustainedCheck.placement_id).in_(visible_placement_ids(caller)),
            col(SustainedCheck.placement_id) == placement_id,
            col(SustainedCheck.state) != CheckRecord.VOID,
            of_kind(caller, kind),
        )
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


def of_kind(caller: Caller, kind: SustainedCheckKind) -> ColumnElement[bool]:
    """Whether a check is about where the child went after the placement, or after year 11."""
    subjects = {
        SustainedCheckKind.TRANSITION: col(SustainedCheck.outcome_id),
        SustainedCheckKind.POST_16: col(SustainedCheck.leaver_destination_id),
    }
    return subjects[kind].is_not(None)


async def findings_of(
    caller: Caller, session: AsyncSession, ids: Iterable[UUID]
) -> Mapping[UUID, list[SustainedFinding]]:
    """Every finding of these checks, the first one first."""
    statement = (
        select(SustainedFinding)
        .where(
            col(SustainedFinding.check_id).in_(set(ids)),
            col(SustainedFinding.placement_id).in_(visible_placement_ids(caller)),
        )
        .order_by(col(SustainedFinding.number))
    )
    found: dict[UUID, list[SustainedFinding]] = {}
    for each in await session.scalars(statement):
        found.setdefault(each.check_id, []).append(each)
    return found


def with_state(caller: Caller, checks: Checks, state: CheckState) -> Select[Any]:
    """Only those in this state today: the same answer as `rules.sustained_checks.check_state`."""
    stored, due_on, today = col(SustainedCheck.state), checks.due_on, caller.today
    overdue = due_on < today - _OVERDUE_AFTER
    conditions = {
        CheckState.SCHEDULED: func.coalesce(due_on > today, True),
        CheckState.DUE: and_(due_on <= today, ~overdue),
        CheckState.OVERDUE: overdue,
    }
    if state in conditions:
        return checks.rows.where(stored == CheckRecord.OPEN, conditions[state])
    return checks.rows.where(stored == CheckRecord(state.value))


def changed_since(caller: Caller, checks: Checks, statement: Select[Any], since: datetime) -> Select[Any]:
    """Those changed, or become due or overdue by the mere passing of time, since an instant."""
    first, today = london_day(since), caller.today
    fell_due = checks.due_on.between(first, today)
    fell_behind = checks.due_on.between(first - _OVERDUE_AFTER - timedelta(days=1), today - _OVERDUE_AFTER)
    by_time = and_(col(SustainedCheck.state) == CheckRecord.OPEN, or_(fell_due, fell_behind))
    return statement.where(or_(col(SustainedCheck.changed_at) >= since, by_time))
