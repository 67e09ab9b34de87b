"""The QA frameworks of councils: every caller of the same world reads them, since a provider is judged by them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.models.qa import QaFramework
from app.problems import NotFound
from app.queries.directory import visible_organisations
from app.rules.qa_frameworks import FrameworkState
from app.rules.qa_structures import StructureSlug


def visible_frameworks(caller: Caller) -> Select[QaFramework]:
    councils = visible_organisations(caller, OrganisationKind.COUNCIL).with_only_columns(col(Organisation.id))
    return select(QaFramework).where(col(QaFramework.council_id).in_(councils))


async def visible_framework(caller: Caller, session: AsyncSession, framework_id: UUID) -> QaFramework:
    """Raises NotFound."""
    found = await session.scalar(visible_frameworks(caller).where(col(QaFramework.id) == framework_id))
    if found is None:
        raise NotFound
    return found


async def own_framework(
    caller: Caller, session: AsyncSession, framework_id: UUID, *, lock: bool = False
) -> QaFramework | None:
    """The calling council's own framework of that id."""
    statement = own_frameworks(caller).where(col(QaFramework.id) == framework_id)
    return await session.scalar(statement.with_for_update(of=QaFramework) if lock else statement)


def own_frameworks(caller: Caller) -> Select[QaFramework]:
    """The calling council's own frameworks, all their editions."""
    return select(QaFramework).where(col(QaFramework.council_id) == caller.organisation_id)


async def current_framework_from(caller: Caller, session: AsyncSession, structure: StructureSlug) -> QaFramework | None:
    """The calling council's current framework that came of a shipped structure."""
    return await session.scalar(
        own_frameworks(caller).where(
            col(QaFramework.structure) == structure, col(QaFramework.state) == FrameworkState.CURRENT
        )
    )


async def current_frameworks(caller: Caller, session: AsyncSession) -> Sequence[QaFramework]:
    """Those by which the calling council works now, the oldest first."""
    statement = own_frameworks(caller).where(col(QaFramework.state) == FrameworkState.CURRENT)
    return (await session.scalars(statement.order_by(col(QaFramework.created_at), col(QaFramework.id)))).all()
