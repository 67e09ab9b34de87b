"""The parts that councils have in visits: each seen by the council that leads the visit and by the one invited."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.qa import QaVisit
from app.models.qa_visit_partners import QaVisitPartner
from app.problems import NotFound
from app.rules.qa_visit_partners import STANDING, PartnerState


def visible_partners(caller: Caller) -> Select[QaVisitPartner]:
    me = caller.organisation_id
    return select(QaVisitPartner).where(or_(col(QaVisitPartner.lead_id) == me, col(QaVisitPartner.council_id) == me))


async def visible_partner(
    caller: Caller, session: AsyncSession, partner_id: UUID, *, lock: bool = False
) -> QaVisitPartner:
    """Raises NotFound."""
    statement = visible_partners(caller).where(col(QaVisitPartner.id) == partner_id)
    if lock:
        statement = statement.with_for_update(of=QaVisitPartner).execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def hold_visit_of(caller: Caller, session: AsyncSession, partner: QaVisitPartner) -> None:
    """Locks the visit, which an invited council does not see: whoever changes a visit locks it before its parts."""
    if partner.council_id == caller.organisation_id:
        await session.execute(select(func.hold_qa_visit(partner.id)))


async def standing_partners(caller: Caller, session: AsyncSession, visit: QaVisit) -> Sequence[QaVisitPartner]:
    """The invitations to a visit of the calling council's that are open, and the parts that it has joined; locked."""
    statement = visible_partners(caller).where(
        col(QaVisitPartner.visit_id) == visit.id, col(QaVisitPartner.state).in_(STANDING)
    )
    return (await session.scalars(statement.order_by(col(QaVisitPartner.id)).with_for_update())).all()


async def own_part(caller: Caller, session: AsyncSession, visit: QaVisit) -> QaVisitPartner:
    """The calling council's part in a visit that it has joined, locked. Raises NotFound."""
    found = await session.scalar(
        visible_partners(caller)
        .where(
            col(QaVisitPartner.visit_id) == visit.id,
            col(QaVisitPartner.council_id) == caller.organisation_id,
            col(QaVisitPartner.state) == PartnerState.JOINED,
        )
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found
