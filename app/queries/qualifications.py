"""Qualifications, reached through the placements that the caller may see."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placements import Placement
from app.models.qualifications import Qualification, QualificationStatement
from app.problems import NotFound
from app.queries.placements import visible_placement_ids
from app.rules.qualifications import QualificationState


def visible_qualifications(caller: Caller) -> Select[Any]:
    """Each with the statement that counts."""
    statement = (
        select(Qualification, QualificationStatement)
        .join(
            QualificationStatement,
            and_(
                col(QualificationStatement.qualification_id) == col(Qualification.id),
                col(QualificationStatement.number) == col(Qualification.said),
            ),
        )
        .where(col(Qualification.placement_id).in_(visible_placement_ids(caller)))
    )
    return cast(Select[Any], statement)


async def visible_qualification(
    caller: Caller, session: AsyncSession, qualification_id: UUID, *, lock: bool = False
) -> tuple[Qualification, QualificationStatement]:
    """Raises NotFound. Lock the placement before the qualification."""
    statement = visible_qualifications(caller).where(col(Qualification.id) == qualification_id)
    if lock:
        mine = select(col(Qualification.id)).where(col(Qualification.id) == qualification_id)
        await session.execute(mine.with_for_update())
        statement = statement.execution_options(populate_existing=True)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    caller.sees_placements(row[0].placement_id)
    return row[0], row[1]


def of_pupil(caller: Caller, statement: Select[Any], pupil_id: UUID) -> Select[Any]:
    """Only those of one pupil, in whatever placements the caller may see."""
    placements = select(col(Placement.id)).where(
        col(Placement.pupil_id) == pupil_id, col(Placement.id).in_(visible_placement_ids(caller))
    )
    return statement.where(col(Qualification.placement_id).in_(placements))


def statements_of(caller: Caller, qualification_id: UUID) -> Select[QualificationStatement]:
    """Everything that was said of a qualification that the caller may see."""
    return select(QualificationStatement).where(
        col(QualificationStatement.qualification_id) == qualification_id,
        col(QualificationStatement.placement_id).in_(visible_placement_ids(caller)),
    )


async def is_recorded(
    caller: Caller,
    session: AsyncSession,
    placement_id: UUID,
    named: tuple[str, str | None, str],
    achieved_on: date | None,
) -> bool:
    """Whether a qualification of this title, unit and awarding body is entered already, or achieved on the same day.

    The placement is locked. Something that was not achieved, or was achieved on another day, may be taken again.
    """
    title, unit, awarding_body = named
    again = [col(Qualification.state) == QualificationState.ENTERED]
    if achieved_on is not None:
        again.append(col(QualificationStatement.achieved_on) == achieved_on)
    statement = visible_qualifications(caller).where(
        col(Qualification.placement_id) == placement_id,
        col(Qualification.state).in_((QualificationState.ENTERED, QualificationState.ACHIEVED)),
        _same(QualificationStatement.title, title),
        _same(QualificationStatement.unit, unit or ""),
        _same(QualificationStatement.awarding_body, awarding_body),
        or_(*again),
    )
    return (await session.execute(statement.limit(1))).first() is not None


def _same(column: Any, text: str) -> ColumnElement[bool]:
    return func.lower(func.coalesce(col(column), "")) == func.lower(text)
