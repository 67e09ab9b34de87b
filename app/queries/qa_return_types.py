"""The types of annual return: every caller of the same world reads them, since providers are asked by them."""

from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.models.qa_returns import QaReturnType
from app.problems import NotFound
from app.queries.directory import visible_organisations

_Later = aliased(QaReturnType)


def visible_types(caller: Caller) -> Select[QaReturnType]:
    councils = visible_organisations(caller, OrganisationKind.COUNCIL).with_only_columns(col(Organisation.id))
    return select(QaReturnType).where(col(QaReturnType.council_id).in_(councils))


def current_types(caller: Caller) -> Select[QaReturnType]:
    """Only the latest edition of each."""
    later = exists().where(
        col(_Later.council_id) == col(QaReturnType.council_id),
        col(_Later.slug) == col(QaReturnType.slug),
        col(_Later.edition) > col(QaReturnType.edition),
    )
    return visible_types(caller).where(~later)


async def visible_type(caller: Caller, session: AsyncSession, type_id: UUID) -> QaReturnType:
    """Raises NotFound."""
    found = await session.scalar(visible_types(caller).where(col(QaReturnType.id) == type_id))
    if found is None:
        raise NotFound
    return found


async def latest_edition(caller: Caller, session: AsyncSession, council_id: UUID, slug: str) -> int:
    """The number of the last edition of a council's type; 0 where it has none."""
    statement = visible_types(caller).with_only_columns(func.max(col(QaReturnType.edition)))
    named = statement.where(col(QaReturnType.council_id) == council_id, col(QaReturnType.slug) == slug)
    return (await session.execute(named)).scalar_one() or 0
