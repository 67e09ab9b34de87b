"""The actions that came of QA visits: seen by whoever sees the visit."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
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


async def visible_action(caller: Caller, session: AsyncSession, action_id: UUID, *, lock: bool = False) -> QaAction:
    """Raises NotFound."""
    statement = visible_actions(caller).where(col(QaAction.id) == action_id)
    if lock:
        statement = statement.with_for_update(of=QaAction)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found
