"""Concerns as a caller may see them: the council that hears them, whoever raised one, and the provider once shared."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.concerns import Concern
from app.models.organisations import Organisation
from app.problems import NotFound
from app.rules.concerns import WAITS_FOR_SOMEBODY


def visible_concerns(caller: Caller) -> Select[Concern]:
    me = caller.organisation_id
    return select(Concern).where(
        or_(
            col(Concern.council_id) == me,
            col(Concern.raised_by_id) == me,
            and_(col(Concern.provider_id) == me, col(Concern.shared_at).is_not(None)),
        )
    )


async def visible_concern(caller: Caller, session: AsyncSession, concern_id: UUID, *, lock: bool = False) -> Concern:
    """Raises NotFound. Locked, as it is now: whoever sees a concern has something that it may do to it."""
    statement = visible_concerns(caller).where(col(Concern.id) == concern_id)
    if lock:
        statement = statement.with_for_update(of=Concern).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


def is_overdue(today: date) -> ColumnElement[bool]:
    """As `app.rules.concerns.concern_is_overdue`, for a list."""
    return and_(col(Concern.state).in_(WAITS_FOR_SOMEBODY), col(Concern.due_on) < today)


def changed_or_overdue(caller: Caller, since: datetime) -> ColumnElement[bool]:
    """Changed, or overdue by the mere passing of days, since an instant; a day too many rather than one less."""
    fell_due = and_(is_overdue(caller.today), col(Concern.due_on) >= london_day(since) - timedelta(days=1))
    return or_(col(Concern.changed_at) >= since, fell_due)


async def council_of(caller: Caller, session: AsyncSession) -> UUID | None:
    """The council that the calling school belongs to."""
    statement = select(col(Organisation.council_id)).where(col(Organisation.id) == caller.organisation_id)
    return (await session.scalars(statement)).one()
