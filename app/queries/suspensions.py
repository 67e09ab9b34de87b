"""Suspensions, reached through the placements that the caller may see."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.attendance import ExpectedSession
from app.models.suspensions import Suspension
from app.problems import NotFound
from app.queries.placements import visible_placement_ids
from app.rules.suspensions import SuspensionState

STANDING = (SuspensionState.REQUESTED, SuspensionState.AGREED)


def visible_suspensions(caller: Caller) -> Select[Suspension]:
    return select(Suspension).where(col(Suspension.placement_id).in_(visible_placement_ids(caller)))


async def visible_suspension(
    caller: Caller, session: AsyncSession, suspension_id: UUID, *, lock: bool = False
) -> Suspension:
    """Raises NotFound. Lock the placement before the suspension."""
    statement = visible_suspensions(caller).where(col(Suspension.id) == suspension_id)
    if lock:
        statement = statement.with_for_update(of=Suspension).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


def with_state(statement: Select[Suspension], state: SuspensionState, now: datetime) -> Select[Suspension]:
    """Only those in this state at `now`: the same answer as `rules.suspensions.suspension_state`."""
    stored, lapsed = col(Suspension.state) == state, _lapsed_by(now)
    if state is SuspensionState.LAPSED:
        return statement.where(or_(stored, lapsed))
    return statement.where(stored, ~lapsed)


def changed_since(statement: Select[Suspension], since: datetime, now: datetime) -> Select[Suspension]:
    """Those changed, or lapsed by the mere passing of time, since an instant."""
    lapsed_since = and_(_lapsed_by(now), col(Suspension.takes_effect_at) >= since)
    return statement.where(or_(col(Suspension.changed_at) >= since, lapsed_since))


async def standing_suspensions(
    session: AsyncSession, placement_id: UUID, first: date, last: date
) -> Sequence[Suspension]:
    """The requests and agreed suspensions that touch these days, locked. The placement is locked already."""
    statement = (
        select(Suspension)
        .where(
            col(Suspension.placement_id) == placement_id,
            col(Suspension.state).in_(STANDING),
            col(Suspension.starts_on) <= last,
            col(Suspension.ends_on) >= first,
        )
        .order_by(col(Suspension.starts_on), col(Suspension.id))
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def first_session_of(
    session: AsyncSession, placement_id: UUID, first: date, last: date
) -> tuple[date, time] | None:
    """The day and start of the first session expected of a placement in these days; None where there is none."""
    statement = (
        select(col(ExpectedSession.on_date), col(ExpectedSession.starts_at))
        .where(col(ExpectedSession.placement_id) == placement_id, col(ExpectedSession.on_date).between(first, last))
        .order_by(col(ExpectedSession.on_date), col(ExpectedSession.starts_at))
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1])


def _lapsed_by(now: datetime) -> ColumnElement[bool]:
    return and_(col(Suspension.state) == SuspensionState.REQUESTED, col(Suspension.takes_effect_at) <= now)
