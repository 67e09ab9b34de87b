"""Statements about placements, of which a later one may supersede an earlier one and none is ever changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access.caller import Caller
from app.models.outcomes import LeaverDestinationRecord, Outcome, Statement
from app.problems import NotFound
from app.queries.placements import visible_placement_ids

S = TypeVar("S", Outcome, LeaverDestinationRecord)


@dataclass(frozen=True, slots=True)
class Stated(Generic[S]):
    """A statement, and what superseded it. Being superseded is the only change that it undergoes."""

    statement: S
    superseded_by_id: UUID | None
    superseded_at: datetime | None

    @property
    def version(self) -> int:
        return 1 if self.superseded_by_id is None else 2

    @property
    def changed_at(self) -> datetime:
        return self.superseded_at or self.statement.recorded_at


@dataclass(frozen=True, slots=True)
class Statements(Generic[S]):
    """The statements of one kind that a caller may see, with the columns that a list is restricted and ordered by."""

    rows: Select[Any]
    id: ColumnElement[UUID]
    superseded_at: ColumnElement[datetime | None]
    changed_at: ColumnElement[datetime]

    def standing(self) -> "Statements[S]":
        return Statements(self.rows.where(self.superseded_at.is_(None)), self.id, self.superseded_at, self.changed_at)


def visible_statements(caller: Caller, table: type[S]) -> Statements[S]:
    later: Any = aliased(table)
    superseded_at = later.recorded_at
    rows = (
        select(table, later.id, superseded_at)
        .outerjoin(later, later.supersedes_id == col(table.id))
        .where(col(table.placement_id).in_(visible_placement_ids(caller)))
    )
    changed_at = func.coalesce(superseded_at, col(table.recorded_at))
    id_: Any = col(table.id)
    return Statements(rows, id_, superseded_at, changed_at)


async def visible_statement(caller: Caller, session: AsyncSession, table: type[S], statement_id: UUID) -> Stated[S]:
    """Raises NotFound."""
    found = visible_statements(caller, table)
    row = (await session.execute(found.rows.where(found.id == statement_id))).one_or_none()
    if row is None:
        raise NotFound
    return as_stated(caller, row)


async def standing_statement(
    caller: Caller, session: AsyncSession, table: type[S], placement_id: UUID
) -> Stated[S] | None:
    """The statement about a placement that stands; None where nothing was said yet."""
    standing = visible_statements(caller, table).standing()
    row = (await session.execute(standing.rows.where(col(table.placement_id) == placement_id))).one_or_none()
    return None if row is None else as_stated(caller, row)


def as_stated(caller: Caller, row: Any) -> Stated[S]:
    """The statement in a row of `visible_statements`; noted for the audit."""
    statement: S = row[0]
    caller.sees_placements(_placement_of(statement))
    return Stated(statement, row[1], row[2])


def _placement_of(statement: Statement) -> UUID:
    return statement.placement_id
