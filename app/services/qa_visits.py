"""A council's QA visits: planned, carried out, written up, answered by the provider, published to its schools."""

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
from app.queries.qa_visits import audience_of, visible_findings, visible_visit
from app.rules.oversight import may_oversee
from app.rules.qa import VISITS, VisitState, may_be_carried_out
from app.schemas.qa_visits import (
    FindingsWrite,
    ProviderResponseWrite,
    QaVisitCarryOut,
    QaVisitCreate,
    QaVisitReport,
)
from app.services.changes import changed, insist, made, moved
from app.services.qa_frameworks import given_twice


async def plan_visit(caller: Caller, session: AsyncSession, body: QaVisitCreate) -> QaVisit:
    """Plans a visit to a provider that the calling council oversees, on one of its own frameworks."""
    provider = await _provider(caller, session, body.provider_id)
    framework = await own_framework(caller, session, body.framework_id)
    if framework is None:
        raise Invalid([FieldError("/framework_id", "unknown_framework", "name one of your own QA frameworks")])
    if body.activity_type not in {each["slug"] for each in framework.activity_types}:
        detail = "name one of the framework's `activity_types`"
        raise Invalid([FieldError("/activity_type", "activity_type_not_in_framework", detail)])
    insist(may_oversee(await oversight_of(caller, session, provider)))
    visit = QaVisit(
        **made(caller.now),
        **body.model_dump(),
        council_id=caller.organisation_id,
        state=VisitState.PLANNED,
    )
    session.add(visit)
    await session.flush()
    await _tell(caller, session, visit, EventType.QA_VISIT_PLANNED)
    return visit


async def carry_out(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: QaVisitCarryOut, expected_version: int
) -> QaVisit:
    visit = await _moved(caller, session, visit_id, "carry_out", "council", expected_version)
    insist(may_be_carried_out(body.carried_out_on, caller.today))
    visit.carried_out_on = body.carried_out_on
    return await _kept(caller, session, visit, EventType.QA_VISIT_CARRIED_OUT)


async def record_findings(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: FindingsWrite, expected_version: int
) -> QaVisit:
    """Replaces what the visit found. Raises Invalid for a criterion that is not in the visit's framework."""
    visit = await _moved(caller, session, visit_id, "record_findings", "council", expected_version)
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
    await record_event(session, EventType.QA_VISIT_FINDINGS, _path(visit), caller.now, organisations=[visit.council_id])
    return visit


async def report(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: QaVisitReport, expected_version: int
) -> QaVisit:
    """Hands the report, and the findings with it, to the provider."""
    visit = await _moved(caller, session, visit_id, "report", "council", expected_version)
    visit.report = body.text
    return await _kept(caller, session, visit, EventType.QA_VISIT_REPORTED)


async def respond(
    caller: Caller, session: AsyncSession, visit_id: UUID, body: ProviderResponseWrite, expected_version: int
) -> QaVisit:
    """Keeps the provider's answer to the report, which stands beside it also when it is published."""
    visit = await _moved(caller, session, visit_id, "answer", "provider", expected_version)
    visit.provider_response = body.text
    return await _kept(caller, session, visit, EventType.QA_VISIT_ANSWERED)


async def publish(caller: Caller, session: AsyncSession, visit_id: UUID, expected_version: int) -> QaVisit:
    """Opens the visit to the council's schools, so that they can choose."""
    visit = await _moved(caller, session, visit_id, "publish", "council", expected_version)
    visit.published_at = caller.now
    return await _kept(caller, session, visit, EventType.QA_VISIT_PUBLISHED)


async def cancel(caller: Caller, session: AsyncSession, visit_id: UUID, expected_version: int) -> QaVisit:
    visit = await _moved(caller, session, visit_id, "cancel", "council", expected_version)
    return await _kept(caller, session, visit, EventType.QA_VISIT_CANCELLED)


async def _provider(caller: Caller, session: AsyncSession, provider_id: UUID) -> Organisation:
    try:
        return await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    except NotFound:
        raise Invalid([FieldError("/provider_id", "unknown_provider", "name a provider that you can find")]) from None


async def _moved(
    caller: Caller, session: AsyncSession, visit_id: UUID, verb: str, by: str, expected_version: int
) -> QaVisit:
    """The visit, locked, in the state that the verb leads to."""
    visit = await visible_visit(caller, session, visit_id, lock=True)
    visit.state = moved(visit, expected_version, VISITS, visit.state, verb, by)
    return visit


async def _kept(caller: Caller, session: AsyncSession, visit: QaVisit, event: EventType) -> QaVisit:
    changed(visit, caller)
    await session.flush()
    await _tell(caller, session, visit, event)
    return visit


async def _tell(caller: Caller, session: AsyncSession, visit: QaVisit, event: EventType) -> None:
    await record_event(session, event, _path(visit), caller.now, organisations=await audience_of(session, visit))


def _path(visit: QaVisit) -> str:
    return f"/v1/qa-visits/{visit.id}"


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
