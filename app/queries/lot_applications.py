"""Applications for lots: seen by the council whose lot it is and by the applicant, and by nobody else."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.lot_applications import LotApplication, LotEvaluation
from app.problems import NotFound
from app.rules.lot_applications import DECIDED, ApplicationState


def visible_applications(caller: Caller) -> Select[LotApplication]:
    me = caller.organisation_id
    return select(LotApplication).where(
        or_(col(LotApplication.council_id) == me, col(LotApplication.provider_id) == me)
    )


async def visible_application(
    caller: Caller, session: AsyncSession, application_id: UUID, *, lock: bool = False
) -> LotApplication:
    """Raises NotFound."""
    statement = visible_applications(caller).where(col(LotApplication.id) == application_id)
    if lock:
        statement = statement.with_for_update(of=LotApplication, key_share=True)
    found = (await session.scalars(statement.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def visible_evaluations(
    caller: Caller, session: AsyncSession, applications: Sequence[LotApplication]
) -> dict[UUID, LotEvaluation]:
    """The evaluations of applications that the caller sees, by application; for the applicant those decided."""
    shown = [each.id for each in applications if caller.organisation_id == each.council_id or each.state in DECIDED]
    statement = select(LotEvaluation).where(col(LotEvaluation.application_id).in_(shown))
    return {each.application_id: each for each in await session.scalars(statement)}


async def has_applied(caller: Caller, session: AsyncSession, lot_id: UUID, window_ids: Sequence[UUID]) -> bool:
    """Whether the calling provider has an application for the lot in one of the windows that it has not withdrawn."""
    standing = exists().where(
        col(LotApplication.provider_id) == caller.organisation_id,
        col(LotApplication.lot_id) == lot_id,
        col(LotApplication.window_id).in_(window_ids),
        col(LotApplication.state) != ApplicationState.WITHDRAWN,
    )
    return bool(await session.scalar(select(standing)))
