"""The answers that were given to what the parties were asked, and what both sides must agree to."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.agreements import Agreement, AskedOfBothSides
from app.models.immediate_terminations import ImmediateTermination
from app.problems import NotFound
from app.queries.placements import visible_placement_ids
from app.rules.agreements import AskedState

Subject = Literal[
    "suspension_id", "immediate_termination_id", "extension_id", "early_departure_id", "part_time_plan_id"
]
Asked = TypeVar("Asked", bound=AskedOfBothSides)


async def agreements_of(
    session: AsyncSession, subject: Subject, ids: Collection[UUID]
) -> Mapping[UUID, Sequence[Agreement]]:
    """The answers to what the column `subject` points to, by its id, in the order given."""
    asked = getattr(Agreement, subject)
    statement = select(Agreement).where(asked.in_(ids)).order_by(col(Agreement.given_at), col(Agreement.id))
    found: defaultdict[UUID, list[Agreement]] = defaultdict(list)
    for each in (await session.scalars(statement)).all():
        found[getattr(each, subject)].append(each)
    return found


def visible_asked(caller: Caller, table: type[Asked]) -> Select[Asked]:
    """What was asked of both sides of the placements that the caller may see, in one of the tables of such requests."""
    return select(table).where(col(table.placement_id).in_(visible_placement_ids(caller)))


async def asked_by_id(
    caller: Caller, session: AsyncSession, table: type[Asked], asked_id: UUID, *, lock: bool = False
) -> Asked:
    """Raises NotFound. Lock the placement before what was asked about it."""
    statement = visible_asked(caller, table).where(col(table.id) == asked_id)
    if lock:
        statement = statement.with_for_update(of=table).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


def asked_with_state(statement: Select[Asked], table: type[Asked], state: AskedState, now: datetime) -> Select[Asked]:
    """Only those in this state at `now`: the same answer as `rules.agreements.asked_state`."""
    stored, lapsed = col(table.state) == state, _lapsed_by(table, now)
    return statement.where(or_(stored, lapsed) if state is AskedState.LAPSED else and_(stored, ~lapsed))


def asked_changed_since(statement: Select[Asked], table: type[Asked], since: datetime, now: datetime) -> Select[Asked]:
    """Those changed, or lapsed by the mere passing of time, since an instant."""
    lapsed_since = and_(_lapsed_by(table, now), col(table.answer_by) >= since)
    return statement.where(or_(col(table.changed_at) >= since, lapsed_since))


async def open_requests(session: AsyncSession, table: type[Asked], placement_id: UUID) -> Sequence[Asked]:
    """The requests about a placement that nothing has been noted of yet, locked. The placement is locked already."""
    statement = (
        select(table)
        .where(col(table.placement_id) == placement_id, col(table.state) == AskedState.REQUESTED)
        .order_by(col(table.created_at), col(table.id))
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def agreed_ends(session: AsyncSession, placement_id: UUID) -> Sequence[date]:
    """The days on which all have agreed that a placement ends at once."""
    statement = select(col(ImmediateTermination.effective_on)).where(
        col(ImmediateTermination.placement_id) == placement_id, col(ImmediateTermination.state) == AskedState.AGREED
    )
    return (await session.scalars(statement)).all()


def _lapsed_by(table: type[Asked], now: datetime) -> ColumnElement[bool]:
    return and_(col(table.state) == AskedState.REQUESTED, col(table.answer_by) <= now)
