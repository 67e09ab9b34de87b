"""Beginning a toolkit assessment: who may, of whom, for which use, by whose questions and with whose consent."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.lot_applications import LotApplication
from app.models.organisations import OrganisationKind
from app.models.toolkit import ToolkitAssessment
from app.problems import FieldError, Invalid, NotFound
from app.queries.lot_applications import visible_application
from app.queries.oversight import oversight_of
from app.queries.toolkit_assessments import assessed_organisation
from app.queries.toolkit_peer_reviews import standing_peer_review
from app.rules.toolkit import AssessmentState, ToolkitUse
from app.rules.toolkit_uses import AssessorRole, may_assess_application, may_begin
from app.schemas.toolkit_assessments import ToolkitAssessmentCreate
from app.services.changes import insist, made
from app.services.toolkit_peer_reviews import consent_for
from app.services.toolkit_question_sets import check_written_with

_ROLES_TOWARDS_OTHERS = {
    OrganisationKind.COUNCIL: AssessorRole.COUNCIL,
    OrganisationKind.SCHOOL: AssessorRole.SCHOOL,
    OrganisationKind.PROVIDER: AssessorRole.PEER_PROVIDER,
}


async def begin_assessment(caller: Caller, session: AsyncSession, body: ToolkitAssessmentCreate) -> ToolkitAssessment:
    """Begins a draft that only the assessor reads. Raises Invalid; RuleRefused where this assessor may not."""
    role = _role(caller, body.provider_id)
    application = await _application(caller, session, body)
    peers = body.use is ToolkitUse.PEER_REVIEW and role is AssessorRole.PEER_PROVIDER
    asked = peers and await standing_peer_review(caller, session, body.provider_id, caller.organisation_id)
    if not asked:  # who has asked to be reviewed need not be in the directory
        await _check_use(caller, session, body, role)
    if application is not None:
        insist(may_assess_application(body.use, application.state))
    peer_review = await consent_for(caller, session, body.provider_id) if peers else None
    await check_written_with(caller, session, body.question_set_id)
    assessment = ToolkitAssessment(
        **made(caller.now),
        **body.model_dump(),
        assessor_id=caller.organisation_id,
        assessor_role=role,
        state=AssessmentState.DRAFT,
        peer_review_id=peer_review.id if peer_review else None,
        lot_council_id=application.council_id if application else None,
    )
    session.add(assessment)
    await session.flush()
    return assessment


async def _check_use(caller: Caller, session: AsyncSession, body: ToolkitAssessmentCreate, role: AssessorRole) -> None:
    """Raises Invalid for whom the caller does not find, RuleRefused where the use is not for this assessor."""
    try:
        assessed = await assessed_organisation(caller, session, body.provider_id)
    except NotFound:
        fault = FieldError("/provider_id", "unknown_provider", "name a provider that you can find")
        raise Invalid([fault]) from None
    oversight = await oversight_of(caller, session, assessed)
    insist(may_begin(body.use, role, oversight, applies=body.lot_application_id is not None))


async def _application(caller: Caller, session: AsyncSession, body: ToolkitAssessmentCreate) -> LotApplication | None:
    """The provider's application for a lot that the assessment is for, held as it stands. Raises Invalid."""
    if body.lot_application_id is None:
        return None
    fault = FieldError("/lot_application_id", "lot_application_not_found", "names no application of this provider")
    try:
        application = await visible_application(caller, session, body.lot_application_id, lock=True)
    except NotFound:
        raise Invalid([fault]) from None
    if application.provider_id != body.provider_id:
        raise Invalid([fault])
    return application


def _role(caller: Caller, assessed_id: UUID) -> AssessorRole:
    if assessed_id != caller.organisation_id:
        return _ROLES_TOWARDS_OTHERS[caller.kind]
    return AssessorRole.SCHOOL_ITSELF if caller.kind is OrganisationKind.SCHOOL else AssessorRole.ITSELF
