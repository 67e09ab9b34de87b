"""Suspensions of awards, reached through the awards that the caller may see."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.frameworks import AwardSuspension, LotAward
from app.models.organisations import Organisation
from app.problems import NotFound
from app.rules.award_suspensions import AwardSuspensionState


def visible_award_suspensions(caller: Caller) -> Select[AwardSuspension]:
    """Those of the calling council's awards, of the calling provider's, and of a school's council's."""
    me = caller.organisation_id
    my_council = select(col(Organisation.council_id)).where(col(Organisation.id) == me).scalar_subquery()
    council_id = col(AwardSuspension.council_id)
    return select(AwardSuspension).where(
        or_(council_id == me, col(AwardSuspension.provider_id) == me, council_id == my_council)
    )


async def visible_award_suspension(caller: Caller, session: AsyncSession, suspension_id: UUID) -> AwardSuspension:
    """Raises NotFound."""
    statement = visible_award_suspensions(caller).where(col(AwardSuspension.id) == suspension_id)
    return _found((await session.scalars(statement)).one_or_none())


async def own_award_suspension(caller: Caller, session: AsyncSession, suspension_id: UUID) -> AwardSuspension:
    """One that the calling council made, locked. Raises NotFound."""
    statement = (
        select(AwardSuspension)
        .where(col(AwardSuspension.id) == suspension_id, col(AwardSuspension.council_id) == caller.organisation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _found((await session.scalars(statement)).one_or_none())


async def suspensions_of(
    caller: Caller, session: AsyncSession, award_ids: Iterable[UUID]
) -> Mapping[UUID, Sequence[AwardSuspension]]:
    """The suspensions of these awards that the caller may see, by award, the earliest first."""
    statement = (
        visible_award_suspensions(caller)
        .where(col(AwardSuspension.lot_award_id).in_(set(award_ids)))
        .order_by(col(AwardSuspension.from_on), col(AwardSuspension.id))
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, list[AwardSuspension]] = {}
    for each in await session.scalars(statement):
        found.setdefault(each.lot_award_id, []).append(each)
    return found


def suspended_on(day: date) -> ColumnElement[bool]:
    """Whether a suspension of the award that the statement is about is in force on a day."""
    return exists().where(
        col(AwardSuspension.lot_award_id) == col(LotAward.id),
        col(AwardSuspension.from_on) <= day,
        func.coalesce(col(AwardSuspension.until_on), day) >= day,
        or_(col(AwardSuspension.lifted_on).is_(None), col(AwardSuspension.lifted_on) > day),
    )


def with_state(statement: Select[AwardSuspension], state: AwardSuspensionState, today: date) -> Select[AwardSuspension]:
    """Only those in this state today: the same answer as `rules.award_suspensions.award_suspension_state`."""
    lifted = col(AwardSuspension.lifted_on).is_not(None)
    begun, over = col(AwardSuspension.from_on) <= today, func.coalesce(col(AwardSuspension.until_on) < today, False)
    conditions = {
        AwardSuspensionState.LIFTED: lifted,
        AwardSuspensionState.UPCOMING: and_(~lifted, ~begun),
        AwardSuspensionState.IN_FORCE: and_(~lifted, begun, ~over),
        AwardSuspensionState.OVER: and_(~lifted, over),
    }
    return statement.where(conditions[state])


def changed_since(statement: Select[AwardSuspension], since: datetime, today: date) -> Select[AwardSuspension]:
    """Those changed since an instant, also where only time made them begin or end."""
    first = london_day(since)
    return statement.where(
        or_(
            col(AwardSuspension.changed_at) >= since,
            col(AwardSuspension.from_on).between(first, today),
            (col(AwardSuspension.until_on) + 1).between(first, today),
        )
    )


def _found(suspension: AwardSuspension | None) -> AwardSuspension:
    if suspension is None:
        raise NotFound
    return suspension
