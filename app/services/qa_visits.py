"""A council's QA visits: planned, moved, carried out, and what they find."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.models.qa import QaFinding, QaFramework, QaVisit
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.directory import visible_organisation
from app.queries.oversight import oversight_of
from app.queries.qa_frameworks import own_framework
from app.queries.qa_visit_partners import own_part
from app.queries.qa_visits import joined_partners, visible_findings
from app.rules.oversight import may_oversee
from app.rules.qa_frameworks import may_plan_by
from app.rules.qa_visits import VisitState, may_be_carried_out
from app.schemas.qa_visits import (
    FindingsWrite,
    OfficersWrite,
    QaVisitCancel,
    QaVisitCarryOut,
    QaVisitCreate,
    QaVisitReschedule,
)
from app.services.changes import changed, insist, made
from app.services.qa_frameworks import framework_with, given_twice
from app.services.qa_visit_partners import follow_day, invite_at_planning, lapse_invitations
from app.services.qa_visits_steps import kept_visit, moved_visit, part_of, path_of, tell_of_visit

RESCHEDULINGS_KEPT = 50


async def plan_visit(caller: Caller, session: AsyncSession, body: QaVisitCreate) -> QaVisit:
    """Plans a visit to a provider that the calling council oversees, on one of its own frameworks."""
    provider = await _provider(caller, session, body.provider_id)
    framework = await framework_with(caller, session, body.framework_id, body.activity_type, "/activity_type")
    insist(may_plan_by(framework.state))
    insist(may_oversee(await oversight_of(caller, session, provider)))
    visit = QaVisit(
        **made(caller.now),
        **body.model_dump(exclude={"partner_ids"}),
        council_id=caller.organisation_id,
        state=VisitState.PLANNED,
    )
    session.add(visit)
    await session.flush()
    await tell_of_visit(caller, session, visit, EventType.QA_VISIT_PLANNED)
    await invite_at_planning(caller, session, visit, body.partner_ids)
    return visit


async def reschedule(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: QaVisitReschedule, expected_version: int
) -> QaVisit:
    """Moves a visit that has not taken place, missed ones too, to today or a later day."""
    visit = await moved_visit(caller, session, visit_id, "reschedule", expected_version)
    if body.planned_on < caller.today:
        raise Invalid([FieldError("/planned_on", "in_the_past", "name today or a later day")])
    move = {
        "from_on": visit.planned_on.isoformat(),
        "to_on": body.planned_on.isoformat(),
        "reason": body.reason,
        "at": caller.now.isoformat(),
    }
    visit.reschedulings = [*visit.reschedulings, move][-RESCHEDULINGS_KEPT:]
    visit.planned_on = body.planned_on
    visit.overdue_told = False
    kept = await kept_visit(caller, session, visit, EventType.QA_VISIT_RESCHEDULED)
    await follow_day(caller, session, visit)
    return kept


async def name_officers(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: OfficersWrite, expected_version: int
) -> QaVisit:
    """Replaces the officers of the calling council who make the visit."""
    visit = await moved_visit(caller, session, visit_id, "name_officers", expected_version)
    if part_of(caller, visit) == "council":
        visit.officers = list(body.officers)
    else:
        part = await own_part(caller, session, visit)
        part.officers = list(body.officers)
        changed(part, caller)
    return await kept_visit(caller, session, visit, EventType.QA_VISIT_CHANGED)


async def carry_out(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: QaVisitCarryOut, expected_version: int
) -> QaVisit:
    visit = await moved_visit(caller, session, visit_id, "carry_out", expected_version)
    partners = await joined_partners(session, visit)
    officers = [*visit.officers, *(name for each in partners for name in each.officers)]
    insist(may_be_carried_out(body.carried_out_on, officers, caller.today))
    visit.carried_out_on = body.carried_out_on
    return await kept_visit(caller, session, visit, EventType.QA_VISIT_CARRIED_OUT)


async def record_findings(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: FindingsWrite, expected_version: int
) -> QaVisit:
    """Replaces what the visit found. Raises Invalid for a criterion that is not in the visit's framework."""
    visit = await moved_visit(caller, session, visit_id, "record_findings", expected_version)
    framework = await own_framework(caller, session, visit.framework_id)
    if framework is None:
        raise NotFound
    _check_findings(framework, body)
    for known in await visible_findings(caller, session, visit):
        await session.delete(known)
    await session.flush()
    session.add_all(
        QaFinding(visit_id=visit.id, council_id=visit.council_id, provider_id=visit.provider_id, **finding.model_dump())
        for finding in body.findings
    )
    changed(visit, caller)
    await session.flush()
    councils = [visit.council_id, *(each.council_id for each in await joined_partners(session, visit))]
    await record_event(session, EventType.QA_VISIT_FINDINGS, path_of(visit), caller.now, organisations=councils)
    return visit


async def cancel(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: QaVisitCancel | None, expected_version: int
) -> QaVisit:
    """Calls off a visit that has not taken place."""
    visit = await moved_visit(caller, session, visit_id, "cancel", expected_version)
    visit.cancelled_because = body.reason if body is not None else None
    kept = await kept_visit(caller, session, visit, EventType.QA_VISIT_CANCELLED)
    await lapse_invitations(caller, session, visit)
    return kept


async def _provider(caller: Caller, session: AsyncSession, provider_id: UUID) -> Organisation:
    try:
        return await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    except NotFound:
        raise Invalid([FieldError("/provider_id", "unknown_provider", "name a provider that you can find")]) from None


def _check_findings(framework: QaFramework, body: FindingsWrite) -> None:
    known = {criterion["slug"] for area in framework.areas for criterion in area["criteria"]}
    named = [(f"/findings/{i}/criterion", finding.criterion) for i, finding in enumerate(body.findings)]
    faults = given_twice(named) + [
        FieldError(pointer, "criterion_not_in_framework", "the visit's framework has no such criterion")
        for pointer, slug in named
        if slug not in known
    ]
    if faults:
        raise Invalid(faults)
