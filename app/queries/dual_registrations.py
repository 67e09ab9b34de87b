"""Dual registrations, reached through the placements that the caller may see."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.dual_registrations import DualRegistrationRecord
from app.problems import NotFound
from app.queries.placements import visible_placement_ids
from app.rules.dual_registrations import DualRegistrationState


def visible_registrations(caller: Caller) -> Select[DualRegistrationRecord]:
    return select(DualRegistrationRecord).where(
        col(DualRegistrationRecord.placement_id).in_(visible_placement_ids(caller))
    )


async def visible_registration(
    caller: Caller, session: AsyncSession, registration_id: UUID, *, lock: bool = False
) -> DualRegistrationRecord:
    """Raises NotFound. Lock the placement before the registration."""
    statement = visible_registrations(caller).where(col(DualRegistrationRecord.id) == registration_id)
    if lock:
        statement = statement.with_for_update(of=DualRegistrationRecord).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    caller.sees_placements(found.placement_id)
    caller.sees_pupils(found.pupil_id)
    return found


async def standing_registrations(
    caller: Caller, session: AsyncSession, pupil_id: UUID
) -> Sequence[DualRegistrationRecord]:
    """The periods of a pupil that the caller may see and that were not withdrawn, the earliest first."""
    statement = (
        visible_registrations(caller)
        .where(
            col(DualRegistrationRecord.pupil_id) == pupil_id,
            col(DualRegistrationRecord.state) == DualRegistrationState.STANDING,
        )
        .order_by(col(DualRegistrationRecord.from_on))
    )
    return (await session.scalars(statement)).all()


def standing_on(caller: Caller, statement: Select[DualRegistrationRecord], day: date) -> Select[DualRegistrationRecord]:
    """Only those that stand and hold this day."""
    return statement.where(
        col(DualRegistrationRecord.state) == DualRegistrationState.STANDING,
        col(DualRegistrationRecord.from_on) <= day,
        func.coalesce(col(DualRegistrationRecord.until_on) >= day, true()),
    )
