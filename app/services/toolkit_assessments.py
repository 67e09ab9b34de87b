"""Toolkit assessments: begun, said area by area, complete when every area is addressed. Nothing is computed."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import OrganisationKind
from app.models.toolkit import ToolkitAssessment, ToolkitEntry
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.oversight import councils_overseeing, oversight_of
from app.queries.toolkit_assessments import assessed_organisation, entries_of, own_assessment
from app.rules.toolkit import ASSESSMENTS, AreaEntry, AssessmentState, check_entry, is_complete
from app.rules.toolkit_evidence import check_days
from app.rules.toolkit_uses import BETWEEN_THE_TWO, AssessorRole, may_begin
from app.rules.verdict import Refused
from app.schemas.toolkit_assessments import AreaWrite, ToolkitAssessmentCreate, ToolkitAssessmentUpdate
from app.services.changes import changed, insist, made, moved
from app.services.toolkit_question_sets import check_written_with

_RULED = tuple(each.name for each in fields(AreaEntry) if each.name != "area")
_ROLES_TOWARDS_OTHERS = {
    OrganisationKind.COUNCIL: AssessorRole.COUNCIL,
    OrganisationKind.SCHOOL: AssessorRole.SCHOOL,
    OrganisationKind.PROVIDER: AssessorRole.PEER_PROVIDER,
}


async def begin_assessment(caller: Caller, session: AsyncSession, body: ToolkitAssessmentCreate) -> ToolkitAssessment:
    """Begins a draft that only the assessor reads. Raises RuleRefused where the use is not for this assessor."""
    try:
        assessed = await assessed_organisation(caller, session, body.provider_id)
    except NotFound:
        fault = FieldError("/provider_id", "unknown_provider", "name a provider that you can find")
        raise Invalid([fault]) from None
    role = _role(caller, assessed.id)
    insist(may_begin(body.use, role, await oversight_of(caller, session, assessed)))
    await check_written_with(caller, session, body.question_set_id)
    assessment = ToolkitAssessment(
        **made(caller.now),
        **body.model_dump(),
        assessor_id=caller.organisation_id,
        assessor_role=role,
        state=AssessmentState.DRAFT,
    )
    session.add(assessment)
    await session.flush()
    return assessment


async def change_assessment(
    caller: Caller, session: AsyncSession, assessment_id: UUID, body: ToolkitAssessmentUpdate, expected_version: int
) -> ToolkitAssessment:
    """Says anew who carries out an assessment that is not complete."""
    assessment = await _moved(caller, session, assessment_id, "change", expected_version)
    for member, value in body.model_dump(exclude_unset=True).items():
        setattr(assessment, member, value)
    changed(assessment, caller)
    await session.flush()
    return assessment


async def address_area(
    caller: Caller, session: AsyncSession, assessment_id: UUID, area: str, body: AreaWrite, expected_version: int
) -> ToolkitAssessment:
    """Says something of an area or sub-area, in place of what was said. Raises Invalid for one the toolkit lacks."""
    assessment = await _moved(caller, session, assessment_id, "address_area", expected_version)
    said = body.model_dump(mode="json")
    verdict = check_entry(AreaEntry(area, **{member: said[member] for member in _RULED}))
    if isinstance(verdict, Refused) and verdict.code == "unknown_area":
        raise Invalid([FieldError("area", verdict.code, "name a slug that /v1/reference-data/toolkit-areas lists")])
    insist(verdict)
    seen_on = [each.seen_on for each in body.sources if each.seen_on is not None]
    insist(check_days(seen_on, [each.due_on for each in body.planned_actions], caller.today))
    known = {entry.area: entry for entry in await entries_of(session, assessment)}
    if area in known:
        for member, value in said.items():
            setattr(known[area], member, value)
    else:
        session.add(_entry(assessment, area, said))
    changed(assessment, caller)
    await session.flush()
    return assessment


async def complete(
    caller: Caller, session: AsyncSession, assessment_id: UUID, expected_version: int
) -> ToolkitAssessment:
    """Closes the assessment for good and shows it to its readers. The refusal names the areas still to address."""
    assessment = await _moved(caller, session, assessment_id, "complete", expected_version)
    insist(is_complete(as_stated(entry) for entry in await entries_of(session, assessment)))
    assessment.completed_at = caller.now
    changed(assessment, caller)
    await session.flush()
    audience = {assessment.assessor_id, assessment.provider_id}
    if assessment.use not in BETWEEN_THE_TWO:
        audience |= await councils_overseeing(session, assessment.provider_id)
    path = f"/v1/toolkit-assessments/{assessment.id}"
    await record_event(session, EventType.TOOLKIT_ASSESSMENT_COMPLETED, path, caller.now, organisations=audience)
    return assessment


def as_stated(entry: ToolkitEntry) -> AreaEntry:
    """The entry as the rules know it."""
    return AreaEntry(entry.area, **{member: getattr(entry, member) for member in _RULED})


def _entry(assessment: ToolkitAssessment, area: str, said: dict[str, Any]) -> ToolkitEntry:
    return ToolkitEntry(
        assessment_id=assessment.id,
        provider_id=assessment.provider_id,
        assessor_id=assessment.assessor_id,
        area=area,
        **said,
    )


def _role(caller: Caller, assessed_id: UUID) -> AssessorRole:
    if assessed_id != caller.organisation_id:
        return _ROLES_TOWARDS_OTHERS[caller.kind]
    return AssessorRole.SCHOOL_ITSELF if caller.kind is OrganisationKind.SCHOOL else AssessorRole.ITSELF


async def _moved(
    caller: Caller, session: AsyncSession, assessment_id: UUID, verb: str, expected_version: int
) -> ToolkitAssessment:
    """The caller's own assessment, locked, in the state that the verb leads to."""
    assessment = await own_assessment(caller, session, assessment_id)
    assessment.state = moved(assessment, expected_version, ASSESSMENTS, assessment.state, verb, "assessor")
    return assessment
