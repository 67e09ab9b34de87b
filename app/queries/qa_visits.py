"""QA visits as a caller may see them: the council's own, those to the calling provider, and a school's council's
once published. Other councils see none.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.models.qa import QaFinding, QaVisit
from app.problems import NotFound
from app.rules.qa import SHARED_WITH_PROVIDER, VisitState


def visible_visits(caller: Caller) -> Select[QaVisit]:
    me = caller.organisation_id
    council_of_school = (
        select(col(Organisation.council_id))
        .where(col(Organisation.id) == me, col(Organisation.kind) == OrganisationKind.SCHOOL)
        .scalar_subquery()
    )
    return select(QaVisit).where(
        or_(
            col(QaVisit.council_id) == me,
            col(QaVisit.provider_id) == me,
            and_(col(QaVisit.state) == VisitState.PUBLISHED, col(QaVisit.council_id) == council_of_school),
        )
    )


async def visible_visit(caller: Caller, session: AsyncSession, visit_id: UUID, *, lock: bool = False) -> QaVisit:
    """Raises NotFound."""
    statement = visible_visits(caller).where(col(QaVisit.id) == visit_id)
    if lock:
        statement = statement.with_for_update(of=QaVisit)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def visible_findings(caller: Caller, session: AsyncSession, visit: QaVisit) -> Sequence[QaFinding]:
    """What the visit found, by criterion; nothing for the provider before the visit is reported."""
    if caller.organisation_id != visit.council_id and visit.state not in SHARED_WITH_PROVIDER:
        return []
    statement = select(QaFinding).where(col(QaFinding.visit_id) == visit.id).order_by(col(QaFinding.criterion))
    return (await session.scalars(statement)).all()


async def audience_of(session: AsyncSession, visit: QaVisit) -> Iterable[UUID]:
    """Who is told of a visit: its council and provider, and the council's schools once it is published."""
    parties = {visit.council_id, visit.provider_id}
    if visit.state is not VisitState.PUBLISHED:
        return parties
    schools = select(col(Organisation.id)).where(
        col(Organisation.council_id) == visit.council_id, col(Organisation.kind) == OrganisationKind.SCHOOL
    )
    return parties | set((await session.scalars(schools)).all())
