"""Annual returns: a provider's own, and those made to the calling council."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.qa_returns import QaReturn, QaReturnDraft
from app.problems import NotFound
from app.rules.qa_returns import DAYS_AHEAD, OUTSTANDING, ReturnState, ReturnTimeliness


def visible_returns(caller: Caller) -> Select[QaReturn]:
    me = caller.organisation_id
    return select(QaReturn).where(or_(col(QaReturn.council_id) == me, col(QaReturn.provider_id) == me))


async def visible_return(caller: Caller, session: AsyncSession, return_id: UUID, *, lock: bool = False) -> QaReturn:
    """Raises NotFound."""
    statement = visible_returns(caller).where(col(QaReturn.id) == return_id)
    if lock:
        statement = statement.with_for_update(of=QaReturn).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def return_of_year(
    caller: Caller, session: AsyncSession, council_id: UUID, provider_id: UUID, type_slug: str, school_year: str
) -> QaReturn | None:
    """The return of one type that a provider makes to a council for a year, unless it was withdrawn."""
    statement = visible_returns(caller).where(
        col(QaReturn.council_id) == council_id,
        col(QaReturn.provider_id) == provider_id,
        col(QaReturn.type_slug) == type_slug,
        col(QaReturn.school_year) == school_year,
        col(QaReturn.state) != ReturnState.WITHDRAWN,
    )
    return (await session.scalars(statement)).one_or_none()


async def own_draft(caller: Caller, session: AsyncSession, return_id: UUID) -> QaReturnDraft | None:
    """What the calling provider is writing."""
    statement = select(QaReturnDraft).where(
        col(QaReturnDraft.return_id) == return_id, col(QaReturnDraft.provider_id) == caller.organisation_id
    )
    return (await session.scalars(statement)).one_or_none()


def outstanding_returns(caller: Caller) -> Select[QaReturn]:
    """Those that a council has asked for by a day and does not have, or has sent back."""
    return visible_returns(caller).where(_outstanding(), col(QaReturn.due_on).is_not(None))


def with_timeliness(caller: Caller, statement: Select[QaReturn], wanted: ReturnTimeliness) -> Select[QaReturn]:
    """Only those that stand so to their day: the same answer as `rules.qa_returns.timeliness`."""
    due_on, near = col(QaReturn.due_on), caller.today + timedelta(days=DAYS_AHEAD)
    settled = and_(~_outstanding(), col(QaReturn.state) != ReturnState.WITHDRAWN, due_on.is_not(None))
    was_late = col(QaReturn.late).is_(True)
    conditions: dict[ReturnTimeliness, ColumnElement[bool]] = {
        ReturnTimeliness.DUE: and_(_outstanding(), due_on > near),
        ReturnTimeliness.DUE_SOON: and_(_outstanding(), due_on.between(caller.today, near)),
        ReturnTimeliness.OVERDUE: and_(_outstanding(), due_on < caller.today),
        ReturnTimeliness.ON_TIME: and_(settled, ~was_late),
        ReturnTimeliness.LATE: and_(settled, was_late),
    }
    return statement.where(conditions[wanted])


def changed_since(caller: Caller, statement: Select[QaReturn], since: datetime) -> Select[QaReturn]:
    """Those changed since an instant, or come near their day or past it; a day too many rather than one less."""
    first, today, ahead = london_day(since) - timedelta(days=1), caller.today, timedelta(days=DAYS_AHEAD)
    turned = or_(
        _between(first + ahead, today + ahead),
        _between(first - timedelta(days=1), today - timedelta(days=1)),
    )
    return statement.where(or_(col(QaReturn.changed_at) >= since, and_(_outstanding(), turned)))


def _between(first: date, last: date) -> ColumnElement[bool]:
    return col(QaReturn.due_on).between(first, last) if first <= last else false()


def _outstanding() -> ColumnElement[bool]:
    return col(QaReturn.state).in_(OUTSTANDING)
