"""Councils' questions for the toolkit: read by the council, and by the providers that it oversees.

A provider is overseen by the council that awarded it a lot, registered it, or has its application for a lot.
"""

from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.frameworks import LotAward
from app.models.lot_applications import LotApplication
from app.models.organisations import Organisation
from app.models.toolkit_question_sets import ToolkitQuestionSet
from app.problems import NotFound
from app.rules.lot_applications import ApplicationState
from app.rules.toolkit_question_sets import QuestionSetState


def visible_question_sets(caller: Caller) -> Select[ToolkitQuestionSet]:
    me, council_id = caller.organisation_id, col(ToolkitQuestionSet.council_id)
    awarded = exists().where(col(LotAward.provider_id) == me, col(LotAward.council_id) == council_id)
    registered = exists().where(col(Organisation.id) == me, col(Organisation.registered_by_id) == council_id)
    applied = exists().where(
        col(LotApplication.provider_id) == me,
        col(LotApplication.council_id) == council_id,
        col(LotApplication.state) != ApplicationState.WITHDRAWN,
    )
    return select(ToolkitQuestionSet).where(or_(council_id == me, awarded, registered, applied))


async def visible_question_set(
    caller: Caller, session: AsyncSession, question_set_id: UUID, *, lock: bool = False
) -> ToolkitQuestionSet:
    """Raises NotFound. Locked only where the caller may write it."""
    statement = visible_question_sets(caller).where(col(ToolkitQuestionSet.id) == question_set_id)
    if lock:
        statement = statement.with_for_update(of=ToolkitQuestionSet).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def current_question_set(caller: Caller, session: AsyncSession) -> ToolkitQuestionSet | None:
    """The calling council's own current set, locked."""
    return await session.scalar(
        select(ToolkitQuestionSet)
        .where(
            col(ToolkitQuestionSet.council_id) == caller.organisation_id,
            col(ToolkitQuestionSet.state) == QuestionSetState.CURRENT,
        )
        .with_for_update()
    )


async def last_edition(caller: Caller, session: AsyncSession) -> int:
    """The number of the calling council's last set, 0 where it has none. Imports meet one after the other."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(caller.organisation_id), 29))))
    return (
        await session.scalar(
            select(func.max(ToolkitQuestionSet.edition)).where(
                col(ToolkitQuestionSet.council_id) == caller.organisation_id
            )
        )
        or 0
    )


async def providers_overseen(caller: Caller, session: AsyncSession) -> set[UUID]:
    """The providers that the calling council awarded a lot, registered, or has an application of."""
    me = caller.organisation_id
    statements: list[Select[UUID]] = [
        select(col(LotAward.provider_id)).where(col(LotAward.council_id) == me),
        select(col(Organisation.id)).where(col(Organisation.registered_by_id) == me),
        select(col(LotApplication.provider_id)).where(
            col(LotApplication.council_id) == me, col(LotApplication.state) != ApplicationState.WITHDRAWN
        ),
    ]
    return {found for statement in statements for found in await session.scalars(statement)}
