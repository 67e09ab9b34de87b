"""The actions that came of QA visits: seen by whoever sees the visit."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.qa import QaAction, QaVisit
from app.problems import NotFound
from app.queries.qa_visits import visible_visits
from app.rules.qa import ActionState


def visible_actions(caller: Caller) -> Select[QaAction]:
    visits = visible_visits(caller).with_only_columns(col(QaVisit.id))
    return select(QaAction).where(col(QaAction.visit_id).in_(visits))


def is_overdue(today: date) -> ColumnElement[bool]:
    """As `app.rules.qa.action_is_overdue`, for a list."""
    return and_(col(QaAction.state) == ActionState.OPEN, col(QaAction.due_on) < today)


def changed_or_overdue_since(caller: Caller, statement: Select[QaAction], since: datetime) -> Select[QaAction]:
    """Those changed, or overdue by the mere passing of days, since an instant; a day too many rather than one less."""
    fell_due = and_(is_overdue(caller.today), col(QaAction.due_on) >= london_day(since) - timedelta(days=1))
    return statement.where(or_(col(QaAction.changed_at) >= since, fell_due))


async def visible_action(caller: Caller, session: AsyncSession, action_id: UUID, *, lock: bool = False) -> QaAction:
    """Raises NotFound."""
    statement = visible_actions(caller).where(col(QaAction.id) == action_id)
    if lock:
        statement = statement.with_for_update(of=QaAction)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found
