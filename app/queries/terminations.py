"""Notices of termination, reached through the placements that the caller may see."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.placements import TerminationNotice
from app.problems import NotFound
from app.queries.placements import visible_placement_ids
from app.rules.termination import NoticeState


def visible_notices(caller: Caller) -> Select[TerminationNotice]:
    return select(TerminationNotice).where(col(TerminationNotice.placement_id).in_(visible_placement_ids(caller)))


def with_state(statement: Select[TerminationNotice], state: NoticeState, today: date) -> Select[TerminationNotice]:
    """Only those in this state today: the same answer as `rules.termination.notice_state`."""
    withdrawn, to_come = col(TerminationNotice.withdrawn_at).is_not(None), col(TerminationNotice.effective_on) > today
    conditions = {
        NoticeState.WITHDRAWN: withdrawn,
        NoticeState.STANDING: and_(~withdrawn, to_come),
        NoticeState.IN_EFFECT: and_(~withdrawn, ~to_come),
    }
    return statement.where(conditions[state])


def changed_since(statement: Select[TerminationNotice], since: datetime, today: date) -> Select[TerminationNotice]:
    """Those changed since an instant, also where only time brought them into effect."""
    effective_on = col(TerminationNotice.effective_on)
    in_effect = and_(col(TerminationNotice.withdrawn_at).is_(None), effective_on.between(london_day(since), today))
    return statement.where(or_(col(TerminationNotice.changed_at) >= since, in_effect))


async def visible_notice(
    caller: Caller, session: AsyncSession, notice_id: UUID, *, lock: bool = False
) -> TerminationNotice:
    """Raises NotFound. Lock the placement before the notice."""
    statement = visible_notices(caller).where(col(TerminationNotice.id) == notice_id)
    if lock:
        statement = statement.with_for_update(of=TerminationNotice).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def standing_notices(session: AsyncSession, placement_id: UUID) -> Sequence[TerminationNotice]:
    """The notices of a placement that were not withdrawn, the one that ends it first. The placement is locked."""
    statement = (
        select(TerminationNotice)
        .where(col(TerminationNotice.placement_id) == placement_id, col(TerminationNotice.withdrawn_at).is_(None))
        .order_by(col(TerminationNotice.effective_on))
    )
    return (await session.scalars(statement)).all()
