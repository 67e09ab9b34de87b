"""Toolkit assessments: said area by area, complete when every area is addressed. Nothing is computed."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.toolkit import ToolkitAssessment, ToolkitEntry
from app.models.toolkit_peer_reviews import ToolkitPeerReview
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid
from app.queries.oversight import councils_overseeing
from app.queries.toolkit_assessments import entries_of, own_assessment
from app.rules.toolkit import ASSESSMENTS, AreaEntry, ToolkitUse, check_entry, is_complete
from app.rules.toolkit_evidence import check_days
from app.rules.toolkit_uses import BETWEEN_THE_TWO
from app.rules.verdict import Refused
from app.schemas.toolkit_assessments import AreaWrite, ToolkitAssessmentUpdate
from app.services.changes import changed, insist, moved
from app.services.toolkit_actions import hand_on_actions
from app.services.toolkit_peer_reviews import carry_out, consent_for

_RULED = tuple(each.name for each in fields(AreaEntry) if each.name != "area")


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
    entries = await entries_of(session, assessment)
    insist(is_complete(as_stated(entry) for entry in entries))
    peer_review = await _consented(caller, session, assessment)
    assessment.completed_at = caller.now
    changed(assessment, caller)
    await session.flush()
    if peer_review is not None:
        await carry_out(caller, session, peer_review)
    await hand_on_actions(caller, session, assessment, entries)
    audience = {assessment.assessor_id, assessment.provider_id}
    if assessment.lot_council_id is not None:
        audience.add(assessment.lot_council_id)
    elif assessment.use not in BETWEEN_THE_TWO:
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


async def _consented(caller: Caller, session: AsyncSession, assessment: ToolkitAssessment) -> ToolkitPeerReview | None:
    """The consent that a peer review still has. Raises RuleRefused."""
    if assessment.use is not ToolkitUse.PEER_REVIEW:
        return None
    peer_review = await consent_for(caller, session, assessment.provider_id, assessment)
    assessment.peer_review_id = peer_review.id
    return peer_review


async def _moved(
    caller: Caller, session: AsyncSession, assessment_id: UUID, verb: str, expected_version: int
) -> ToolkitAssessment:
    """The caller's own assessment, locked, in the state that the verb leads to."""
    assessment = await own_assessment(caller, session, assessment_id)
    assessment.state = moved(assessment, expected_version, ASSESSMENTS, assessment.state, verb, "assessor")
    return assessment
