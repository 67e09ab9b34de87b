"""The one assessed shares a complete assessment with one more organisation, and may take that back."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.toolkit import ToolkitAssessment
from app.models.toolkit_shares import ToolkitShare
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.toolkit_assessments import visible_assessment
from app.queries.toolkit_shares import findable_organisation, share_stands, visible_share
from app.rules.toolkit_shares import SHARES, ShareState, may_share
from app.schemas.toolkit_shares import ToolkitShareMake
from app.services.changes import changed, insist, made, moved

PATH = "/v1/toolkit-shares"


async def make_share(caller: Caller, session: AsyncSession, body: ToolkitShareMake) -> ToolkitShare:
    """Lets one more organisation read an assessment of the caller. Raises Invalid, RuleRefused, Duplicate."""
    assessment = await _assessment(caller, session, body)
    insist(
        may_share(
            by=caller.organisation_id,
            assessed=assessment.provider_id,
            state=assessment.state,
            standing=await share_stands(caller, session, assessment.id, body.shared_with_id),
        )
    )
    share = ToolkitShare(
        **made(caller.now),
        **body.model_dump(),
        provider_id=assessment.provider_id,
        assessor_id=assessment.assessor_id,
        state=ShareState.STANDING,
    )
    session.add(share)
    await session.flush()
    return await _told(caller, session, share, EventType.TOOLKIT_SHARE_MADE)


async def retract_share(caller: Caller, session: AsyncSession, share_id: UUID, expected_version: int) -> ToolkitShare:
    """Takes a share back: the other reads the assessment no longer. Raises RuleRefused."""
    share = await visible_share(caller, session, share_id)
    by = "assessed" if share.provider_id == caller.organisation_id else "reader"
    if by == "assessed":
        share = await visible_share(caller, session, share_id, lock=True)
    share.state = moved(share, expected_version, SHARES, share.state, "retract", by)
    share.retracted_at = caller.now
    changed(share, caller)
    await session.flush()
    return await _told(caller, session, share, EventType.TOOLKIT_SHARE_RETRACTED)


async def _assessment(caller: Caller, session: AsyncSession, body: ToolkitShareMake) -> ToolkitAssessment:
    """The assessment that the body names, to be shared with one who neither wrote it nor is assessed."""
    faults = []
    assessment = None
    try:
        assessment = await visible_assessment(caller, session, body.assessment_id)
    except NotFound:
        faults.append(FieldError("/assessment_id", "assessment_not_found", "names no assessment that you may read"))
    try:
        await findable_organisation(caller, session, body.shared_with_id)
    except NotFound:
        faults.append(FieldError("/shared_with_id", "unknown_organisation", "name an organisation that you can find"))
    if assessment is not None and body.shared_with_id in (assessment.provider_id, assessment.assessor_id):
        faults.append(FieldError("/shared_with_id", "reads_it_already", "name one that is neither of the two"))
    if faults or assessment is None:
        raise Invalid(faults)
    return assessment


async def _told(caller: Caller, session: AsyncSession, share: ToolkitShare, event: EventType) -> ToolkitShare:
    audience = {share.provider_id, share.shared_with_id}
    await record_event(session, event, f"{PATH}/{share.id}", caller.now, organisations=audience)
    return share
