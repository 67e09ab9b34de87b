"""QA visits as a caller may see them: those that a council leads or has joined, those to the calling provider, and
for a school those that its council has published. Other councils see none.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.organisations import Organisation, OrganisationKind
from app.models.qa import QaFinding, QaVisit
from app.models.qa_visit_partners import QaVisitPartner
from app.problems import NotFound
from app.rules.qa_visit_partners import PartnerState
from app.rules.qa_visits import SHARED_WITH_PROVIDER, VisitState


def visible_visits(caller: Caller) -> Select[QaVisit]:
    me = caller.organisation_id
    council_of_school = (
        select(col(Organisation.council_id))
        .where(col(Organisation.id) == me, col(Organisation.kind) == OrganisationKind.SCHOOL)
        .scalar_subquery()
    )
    part = select(col(QaVisitPartner.visit_id)).where(col(QaVisitPartner.state) == PartnerState.JOINED)
    joined = part.where(col(QaVisitPartner.council_id) == me)
    published_by_partner = part.where(
        col(QaVisitPartner.published_at).is_not(None), col(QaVisitPartner.council_id) == council_of_school
    )
    return select(QaVisit).where(
        or_(
            col(QaVisit.council_id) == me,
            col(QaVisit.provider_id) == me,
            col(QaVisit.id).in_(joined),
            and_(col(QaVisit.lead_published_at).is_not(None), col(QaVisit.council_id) == council_of_school),
            col(QaVisit.id).in_(published_by_partner),
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
    if caller.organisation_id == visit.provider_id and visit.state not in SHARED_WITH_PROVIDER:
        return []
    statement = select(QaFinding).where(col(QaFinding.visit_id) == visit.id).order_by(col(QaFinding.criterion))
    return (await session.scalars(statement)).all()


async def joined_partners(session: AsyncSession, visit: QaVisit) -> Sequence[QaVisitPartner]:
    """The councils that have joined the visit, as far as row security shows them to whoever sees the visit."""
    statement = select(QaVisitPartner).where(
        col(QaVisitPartner.visit_id) == visit.id, col(QaVisitPartner.state) == PartnerState.JOINED
    )
    return (await session.scalars(statement.order_by(col(QaVisitPartner.answered_at), col(QaVisitPartner.id)))).all()


async def audience_of(session: AsyncSession, visit: QaVisit) -> Iterable[UUID]:
    """Who is told of a visit: the councils that take part, its provider, and the schools of those that published it."""
    partners = await joined_partners(session, visit)
    parties = {visit.council_id, visit.provider_id} | {each.council_id for each in partners}
    published = {each.council_id for each in partners if each.published_at is not None}
    if visit.lead_published_at is not None:
        published.add(visit.council_id)
    if not published:
        return parties
    schools = select(col(Organisation.id)).where(
        col(Organisation.council_id).in_(published), col(Organisation.kind) == OrganisationKind.SCHOOL
    )
    return parties | set((await session.scalars(schools)).all())


def is_overdue(today: date) -> ColumnElement[bool]:
    """As `app.rules.qa_visits.visit_is_overdue`, for a list."""
    return and_(col(QaVisit.state) == VisitState.PLANNED, col(QaVisit.planned_on) < today)


def changed_or_missed_since(caller: Caller, statement: Select[QaVisit], since: datetime) -> Select[QaVisit]:
    """Those changed, or missed by the mere passing of days, since an instant; a day too many rather than one less."""
    missed = and_(is_overdue(caller.today), col(QaVisit.planned_on) >= london_day(since) - timedelta(days=1))
    return statement.where(or_(col(QaVisit.changed_at) >= since, missed))
