"""The QA frameworks of councils: every caller of the same world reads them, since a provider is judged by them."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.models.qa import QaFramework
from app.problems import NotFound
from app.queries.directory import visible_organisations


def visible_frameworks(caller: Caller) -> Select[QaFramework]:
    councils = visible_organisations(caller, OrganisationKind.COUNCIL).with_only_columns(col(Organisation.id))
    return select(QaFramework).where(col(QaFramework.council_id).in_(councils))


async def visible_framework(caller: Caller, session: AsyncSession, framework_id: UUID) -> QaFramework:
    """Raises NotFound."""
    found = await session.scalar(visible_frameworks(caller).where(col(QaFramework.id) == framework_id))
    if found is None:
        raise NotFound
    return found


async def own_framework(caller: Caller, session: AsyncSession, framework_id: UUID) -> QaFramework | None:
    """The calling council's own framework of that id."""
    return await session.scalar(
        select(QaFramework).where(
            col(QaFramework.id) == framework_id, col(QaFramework.council_id) == caller.organisation_id
        )
    )
