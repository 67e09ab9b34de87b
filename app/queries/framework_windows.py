"""Windows of frameworks: every caller of the same world reads them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.frameworks import Framework, FrameworkWindow
from app.problems import NotFound
from app.queries.frameworks import visible_frameworks
from app.rules.frameworks import WindowState


def visible_windows(caller: Caller) -> Select[FrameworkWindow]:
    frameworks = visible_frameworks(caller).with_only_columns(col(Framework.id))
    return select(FrameworkWindow).where(col(FrameworkWindow.framework_id).in_(frameworks))


async def visible_window(caller: Caller, session: AsyncSession, window_id: UUID) -> FrameworkWindow:
    """Raises NotFound."""
    statement = visible_windows(caller).where(col(FrameworkWindow.id) == window_id)
    found = (await session.scalars(statement.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def windows_of(caller: Caller, session: AsyncSession, framework_id: UUID) -> Sequence[FrameworkWindow]:
    """The windows of a framework, the earliest first."""
    statement = visible_windows(caller).where(col(FrameworkWindow.framework_id) == framework_id)
    return (await session.scalars(statement.order_by(col(FrameworkWindow.opens_on)))).all()


def with_state(statement: Select[FrameworkWindow], state: WindowState, today: date) -> Select[FrameworkWindow]:
    """Only the windows in this state today: the same answer as `rules.frameworks.window_state`."""
    opens_on, closes_on = col(FrameworkWindow.opens_on), col(FrameworkWindow.closes_on)
    conditions = {
        WindowState.UPCOMING: opens_on > today,
        WindowState.OPEN: (opens_on <= today) & (closes_on >= today),
        WindowState.CLOSED: closes_on < today,
    }
    return statement.where(conditions[state])


def changed_since(statement: Select[FrameworkWindow], since: datetime, today: date) -> Select[FrameworkWindow]:
    """Those changed since an instant, also where only time opened or closed them."""
    first = london_day(since)
    return statement.where(
        or_(
            col(FrameworkWindow.changed_at) >= since,
            col(FrameworkWindow.opens_on).between(first, today),
            (col(FrameworkWindow.closes_on) + 1).between(first, today),
        )
    )
