"""Host schools' checks, reached through the dated rows in `placement_viewers`."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access.caller import Caller
from app.models.host_school_checks import HostSchoolCheck
from app.queries.placements import may_see_on
from app.rules.host_school_checks import CheckKind, CheckOutcome

_LATER = aliased(HostSchoolCheck)


def visible_checks(caller: Caller, placement_id: UUID) -> Select[Any]:
    """Each check of a placement that the caller may see, and the one that corrects it or None."""
    statement = (
        select(HostSchoolCheck, _LATER)
        .outerjoin(_LATER, col(_LATER.corrects_id) == col(HostSchoolCheck.id))
        .where(
            col(HostSchoolCheck.placement_id) == placement_id,
            may_see_on(caller, col(HostSchoolCheck.placement_id), col(HostSchoolCheck.done_on)),
        )
    )
    return cast(Select[Any], statement)


def is_corrected() -> ColumnElement[bool]:
    return col(_LATER.id).is_not(None)


def check_changed_at() -> ColumnElement[datetime]:
    """When a check was recorded, or corrected."""
    return func.coalesce(col(_LATER.created_at), col(HostSchoolCheck.created_at))


async def visible_check(
    caller: Caller, session: AsyncSession, placement_id: UUID, check_id: UUID
) -> tuple[HostSchoolCheck, HostSchoolCheck | None] | None:
    """A check of the placement and the one that corrects it; None where there is no such check."""
    statement = visible_checks(caller, placement_id).where(col(HostSchoolCheck.id) == check_id)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1])


async def settled_checks(caller: Caller, session: AsyncSession, placement_id: UUID) -> dict[CheckKind, list[Any]]:
    """The days on which each kind of check was settled: done or found not to apply, and not corrected since."""
    statement = visible_checks(caller, placement_id).where(
        ~is_corrected(), col(HostSchoolCheck.outcome) != CheckOutcome.ATTEMPTED
    )
    settled: dict[CheckKind, list[Any]] = {}
    for check, _ in await session.execute(statement):
        settled.setdefault(check.kind, []).append(check.done_on)
    return settled
