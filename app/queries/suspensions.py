"""Suspensions, reached through the placements that the caller may see."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.attendance import ExpectedSession
from app.models.placements import Placement
from app.models.suspensions import Suspension
from app.problems import NotFound
from app.queries.placements import visible_placement_ids
from app.rules.ledger import NOT_EXPECTED
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
        .where(
            col(ExpectedSession.placement_id) == placement_id,
            col(ExpectedSession.on_date).between(first, last),
            func.coalesce(col(ExpectedSession.waived_by), "").not_in(NOT_EXPECTED),
        )
        .order_by(col(ExpectedSession.on_date), col(ExpectedSession.starts_at))
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1])


async def kept_away(
    caller: Caller, session: AsyncSession, pupil_ids: Collection[UUID]
) -> Sequence[tuple[Suspension, Placement]]:
    """The suspensions of these pupils that stood, in any placement that the caller may see, with the placement."""
    statement = (
        select(Suspension, Placement)
        .join(Placement, col(Placement.id) == col(Suspension.placement_id))
        .where(
            col(Placement.id).in_(visible_placement_ids(caller)),
            col(Placement.pupil_id).in_(pupil_ids),
            col(Suspension.state).in_((SuspensionState.AGREED, SuspensionState.WITHDRAWN)),
        )
    )
    return [(row[0], row[1]) for row in (await session.execute(statement)).all()]


async def suspended_until(
    caller: Caller, session: AsyncSession, placement_ids: Collection[UUID]
) -> Mapping[UUID, date]:
    """The last day of the agreed suspension that today falls in, by placement; those not suspended are absent."""
    statement = select(col(Suspension.placement_id), func.max(col(Suspension.ends_on))).where(
        col(Suspension.placement_id).in_(placement_ids),
        col(Suspension.placement_id).in_(visible_placement_ids(caller)),
        col(Suspension.state) == SuspensionState.AGREED,
        col(Suspension.starts_on) <= caller.today,
        col(Suspension.ends_on) >= caller.today,
    )
    found = await session.execute(statement.group_by(col(Suspension.placement_id)))
    return {row[0]: row[1] for row in found}


def suspension_moved_since(since: datetime, today: date) -> ColumnElement[bool]:
    """Whether a placement came to be suspended, or ceased to be, since an instant; a day too many rather than one less.

    For the list of placements, whose `suspended_until` changes with that.
    """
    first_day = london_day(since) - timedelta(days=1)
    return exists().where(
        col(Suspension.placement_id) == col(Placement.id),
        col(Suspension.state).in_((SuspensionState.AGREED, SuspensionState.WITHDRAWN)),
        or_(
            col(Suspension.changed_at) >= since,
            col(Suspension.starts_on).between(first_day, today),
            col(Suspension.ends_on).between(first_day, today),
        ),
    )


def _lapsed_by(now: datetime) -> ColumnElement[bool]:
    return and_(col(Suspension.state) == SuspensionState.REQUESTED, col(Suspension.takes_effect_at) <= now)
