"""Toolkit assessments as a caller may see them.

A draft is its assessor's alone. A complete one is read by the organisation assessed too, and by the councils that
watch over it, unless its use keeps it between the two. One for an application for a lot is read by the council whose
lot it is, and by no other. Whom the one assessed shares a complete one with reads it too, while the share stands.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Exists, Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.frameworks import LotAward
from app.models.organisations import Organisation, OrganisationKind
from app.models.toolkit import ToolkitAssessment, ToolkitEntry
from app.models.toolkit_shares import ToolkitShare
from app.problems import NotFound
from app.queries.directory import visible_organisation
from app.rules.toolkit import AssessmentState
from app.rules.toolkit_shares import ShareState
from app.rules.toolkit_uses import BETWEEN_THE_TWO


def visible_assessments(caller: Caller) -> Select[ToolkitAssessment]:
    me, provider_id = caller.organisation_id, col(ToolkitAssessment.provider_id)
    awarded = exists().where(col(LotAward.provider_id) == provider_id, col(LotAward.council_id) == me)
    registered = exists().where(col(Organisation.id) == provider_id, col(Organisation.registered_by_id) == me)
    return select(ToolkitAssessment).where(
        or_(
            col(ToolkitAssessment.assessor_id) == me,
            and_(
                col(ToolkitAssessment.state) == AssessmentState.COMPLETE,
                or_(
                    provider_id == me,
                    col(ToolkitAssessment.lot_council_id) == me,
                    _shared_with(caller).where(col(ToolkitShare.state) == ShareState.STANDING),
                    and_(
                        col(ToolkitAssessment.lot_application_id).is_(None),
                        col(ToolkitAssessment.use).not_in(BETWEEN_THE_TWO),
                        or_(awarded, registered),
                    ),
                ),
            ),
        )
    )


def changed_since(caller: Caller, statement: Select[ToolkitAssessment], since: datetime) -> Select[ToolkitAssessment]:
    """Those that changed since, or have been shared with the caller since."""
    shared = _shared_with(caller).where(col(ToolkitShare.changed_at) >= since)
    return statement.where(or_(col(ToolkitAssessment.changed_at) >= since, shared))


def _shared_with(caller: Caller) -> Exists:
    return exists().where(
        col(ToolkitShare.assessment_id) == col(ToolkitAssessment.id),
        col(ToolkitShare.shared_with_id) == caller.organisation_id,
    )


async def visible_assessment(caller: Caller, session: AsyncSession, assessment_id: UUID) -> ToolkitAssessment:
    """Raises NotFound."""
    found = await session.scalar(visible_assessments(caller).where(col(ToolkitAssessment.id) == assessment_id))
    if found is None:
        raise NotFound
    return found


async def own_assessment(caller: Caller, session: AsyncSession, assessment_id: UUID) -> ToolkitAssessment:
    """An assessment that the caller writes, locked. Raises NotFound, for another's too."""
    found = await session.scalar(
        select(ToolkitAssessment)
        .where(col(ToolkitAssessment.id) == assessment_id, col(ToolkitAssessment.assessor_id) == caller.organisation_id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


async def entries_of(session: AsyncSession, assessment: ToolkitAssessment) -> Sequence[ToolkitEntry]:
    statement = select(ToolkitEntry).where(col(ToolkitEntry.assessment_id) == assessment.id)
    return (await session.scalars(statement)).all()


async def visible_entries(
    caller: Caller, session: AsyncSession, assessment_ids: Sequence[UUID]
) -> Sequence[ToolkitEntry]:
    """What those of the assessments that the caller sees say."""
    seen = visible_assessments(caller).with_only_columns(col(ToolkitAssessment.id))
    statement = select(ToolkitEntry).where(
        col(ToolkitEntry.assessment_id).in_(assessment_ids), col(ToolkitEntry.assessment_id).in_(seen)
    )
    return (await session.scalars(statement)).all()


async def assessments_for_application(caller: Caller, session: AsyncSession, application_id: UUID) -> Sequence[UUID]:
    """The last fifty assessments of readiness for an application that the caller reads, the earliest first."""
    statement = (
        visible_assessments(caller)
        .with_only_columns(col(ToolkitAssessment.id))
        .where(col(ToolkitAssessment.lot_application_id) == application_id)
        .order_by(col(ToolkitAssessment.created_at).desc(), col(ToolkitAssessment.id).desc())
        .limit(50)
    )
    return list(await session.scalars(statement))[::-1]


async def assessed_organisation(caller: Caller, session: AsyncSession, organisation_id: UUID) -> Organisation:
    """Whom an assessment may be about: a provider that the caller may find, or the calling school. Raises NotFound."""
    of_its_own = caller.kind is OrganisationKind.SCHOOL and organisation_id == caller.organisation_id
    kind = OrganisationKind.SCHOOL if of_its_own else OrganisationKind.PROVIDER
    return await visible_organisation(caller, session, kind, organisation_id)
