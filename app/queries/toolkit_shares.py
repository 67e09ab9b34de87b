"""Shares of toolkit assessments, seen by the one assessed and by whom it shared the assessment with."""

from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.models.toolkit_shares import ToolkitShare
from app.problems import NotFound
from app.queries.directory import visible_organisations
from app.rules.toolkit_shares import ShareState


def visible_shares(caller: Caller) -> Select[ToolkitShare]:
    me = caller.organisation_id
    return select(ToolkitShare).where(or_(col(ToolkitShare.provider_id) == me, col(ToolkitShare.shared_with_id) == me))


async def visible_share(caller: Caller, session: AsyncSession, share_id: UUID, *, lock: bool = False) -> ToolkitShare:
    """Raises NotFound. Locked only where the caller may write it."""
    statement = visible_shares(caller).where(col(ToolkitShare.id) == share_id)
    if lock:
        statement = statement.with_for_update(of=ToolkitShare).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def share_stands(caller: Caller, session: AsyncSession, assessment_id: UUID, shared_with_id: UUID) -> bool:
    """Whether the caller shares the assessment with the organisation already."""
    standing = exists().where(
        col(ToolkitShare.assessment_id) == assessment_id,
        col(ToolkitShare.provider_id) == caller.organisation_id,
        col(ToolkitShare.shared_with_id) == shared_with_id,
        col(ToolkitShare.state) == ShareState.STANDING,
    )
    return bool(await session.scalar(select(standing)))


async def findable_organisation(caller: Caller, session: AsyncSession, organisation_id: UUID) -> Organisation:
    """An organisation of any kind that the caller may find. Raises NotFound."""
    for kind in OrganisationKind:
        statement = visible_organisations(caller, kind).where(col(Organisation.id) == organisation_id)
        found = (await session.scalars(statement)).one_or_none()
        if found is not None:
            return found
    raise NotFound
