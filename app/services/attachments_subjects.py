"""What files can be attached to. A row of `KINDS` for each kind says with which scopes, by whom, and who is told.

To add a kind: its member in `rules/attachments.py`, its row here and in `queries/attachments.py`, and its conditions in
the policies of its migration.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.scopes import Scope
from app.models.attachments import Attachment
from app.problems import Forbidden, NotFound
from app.queries.action_plans import told_of, visible_plan
from app.queries.actions import visible_action
from app.queries.concerns import visible_concern
from app.queries.insurance_certificates import own_certificate
from app.queries.lot_applications import visible_application
from app.queries.oversight import councils_overseeing
from app.queries.placements import own_placement
from app.queries.progress_reports import visible_report
from app.queries.qa_returns import visible_return
from app.queries.qa_visits import audience_of, visible_visit
from app.queries.qualifications import visible_qualification
from app.queries.safeguarding_confirmations import own_confirmation
from app.queries.teaching_observations import visible_observation
from app.queries.toolkit_assessments import own_assessment, visible_assessment
from app.rules.attachments import AttachmentAbout
from app.rules.qa_visits import SHARED_WITH_PROVIDER
from app.rules.toolkit import AssessmentState
from app.rules.toolkit_uses import BETWEEN_THE_TWO
from app.services.directory import kept_provider
from app.services.placements_parties import locked_for_party


@dataclass(frozen=True, slots=True)
class Subject:
    """What something is attached to, locked: its state, and the placement that it hangs on."""

    state: str
    placement_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an event about an attachment is for: all who see a placement, and organisations."""

    placements: frozenset[UUID] = frozenset()
    organisations: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind:
    """`held` gives the subject, locked, to one who may attach to it, and raises NotFound for everybody else.

    `audience` is of those who may read the attachment as it stands.
    """

    reads: Scope
    writes: Scope
    held: Callable[[Caller, AsyncSession, UUID], Awaitable[Subject]]
    audience: Callable[[Caller, AsyncSession, Attachment], Awaitable[Audience]]


async def _report(caller: Caller, session: AsyncSession, report_id: UUID) -> Subject:
    seen = await visible_report(caller, session, report_id)
    await own_placement(caller, session, seen.placement_id, lock=True)
    report = await visible_report(caller, session, report_id, lock=True)
    return Subject(report.state, report.placement_id)


async def _of_report(caller: Caller, session: AsyncSession, attachment: Attachment) -> Audience:
    report = await visible_report(caller, session, attachment.subject_id)
    if attachment.stored_at and report.submitted_at and attachment.stored_at <= report.submitted_at:
        return Audience(placements=frozenset({report.placement_id}))
    return _alone(attachment)


async def _visit(caller: Caller, session: AsyncSession, visit_id: UUID) -> Subject:
    visit = await visible_visit(caller, session, visit_id, lock=True)
    if caller.organisation_id not in (visit.council_id, visit.provider_id):
        raise NotFound
    return Subject(visit.state)


async def _of_visit(caller: Caller, session: AsyncSession, attachment: Attachment) -> Audience:
    visit = await visible_visit(caller, session, attachment.subject_id)
    told = frozenset(await audience_of(session, visit))
    if visit.state not in SHARED_WITH_PROVIDER and attachment.added_by_id != visit.provider_id:
        told -= {visit.provider_id}
    return Audience(organisations=told)


async def _assessment(caller: Caller, session: AsyncSession, assessment_id: UUID) -> Subject:
    return Subject((await own_assessment(caller, session, assessment_id)).state)


async def _of_assessment(caller: Caller, session: AsyncSession, attachment: Attachment) -> Audience:
    assessment = await visible_assessment(caller, session, attachment.subject_id)
    if assessment.state is not AssessmentState.COMPLETE:
        return _alone(attachment)
    told = {assessment.assessor_id, assessment.provider_id}
    if assessment.lot_council_id is not None:
        told.add(assessment.lot_council_id)
    elif assessment.use not in BETWEEN_THE_TWO:
        told |= await councils_overseeing(session, assessment.provider_id)
    return Audience(organisations=frozenset(told))


async def _application(caller: Caller, session: AsyncSession, application_id: UUID) -> Subject:
    application = await visible_application(caller, session, application_id, lock=True)
    if application.provider_id != caller.organisation_id:
        raise NotFound
    return Subject(application.state)


async def _of_application(caller: Caller, session: AsyncSession, attachment: Attachment) -> Audience:
    application = await visible_application(caller, session, attachment.subject_id)
    return Audience(organisations=frozenset({application.council_id, application.provider_id}))


async def _confirmation(caller: Caller, session: AsyncSession, confirmation_id: UUID) -> Subject:
    await own_confirmation(caller, session, confirmation_id)
    return Subject("given")


async def _certificate(caller: Caller, session: AsyncSession, certificate_id: UUID) -> Subject:
    certificate, _ = await own_certificate(caller, session, certificate_id)
    return Subject("withdrawn" if certificate.withdrawn_on is not None else "given")


async def _of_assurance(caller: Caller, session: AsyncSession, attachment: Attachment) -> Audience:
    """The provider, which alone attaches to what it assures, and the councils that watch over it."""
    councils = await councils_overseeing(session, attachment.added_by_id)
    return Audience(organisations=frozenset({attachment.added_by_id} | councils))


async def _provider(caller: Caller, session: AsyncSession, provider_id: UUID) -> Subject:
    await kept_provider(caller, session, provider_id)
    return Subject("kept")


async def _of_provider(caller: Caller, session: AsyncSession, attachment: Attachment) -> Audience:
    councils = await councils_overseeing(session, attachment.subject_id)
    return Audience(organisations=frozenset({attachment.subject_id, caller.organisation_id} | councils))


async def _return(caller: Caller, session: AsyncSession, return_id: UUID) -> Subject:
    found = await visible_return(caller, session, return_id, lock=True)
    if found.provider_id != caller.organisation_id:
        raise NotFound
    return Subject(found.state)


async def _of_return(caller: Caller, session: AsyncSession, attachment: Attachment) -> Audience:
    found = await visible_return(caller, session, attachment.subject_id)
    if attachment.stored_at and found.submitted_at and attachment.stored_at <= found.submitted_at:
        return Audience(organisations=frozenset({found.council_id, found.provider_id}))
    return _alone(attachment)


async def _observation(caller: Caller, session: AsyncSession, observation_id: UUID) -> Subject:
    seen = await visible_observation(caller, session, observation_id)
    if seen.observer_id != caller.organisation_id:
        raise NotFound
    observation = await visible_observation(caller, session, observation_id, lock=True)
    return Subject(observation.state, observation.placement_id)


async def _of_observation(caller: Caller, session: AsyncSession, attachment: Attachment) -> Audience:
    observation = await visible_observation(caller, session, attachment.subject_id)
    if observation.shared_at is None:
        return _alone(attachment)
    return Audience(frozenset({observation.placement_id}), frozenset({observation.observer_id}))


async def _qualification(caller: Caller, session: AsyncSession, qualification_id: UUID) -> Subject:
    seen, _ = await visible_qualification(caller, session, qualification_id)
    await locked_for_party(caller, session, seen.placement_id)
    qualification, _ = await visible_qualification(caller, session, qualification_id, lock=True)
    return Subject(qualification.state, qualification.placement_id)


async def _of_qualification(caller: Caller, session: AsyncSession, attachment: Attachment) -> Audience:
    qualification, _ = await visible_qualification(caller, session, attachment.subject_id)
    return Audience(placements=frozenset({qualification.placement_id}))


async def _plan(caller: Caller, session: AsyncSession, plan_id: UUID) -> Subject:
    plan = await visible_plan(caller, session, plan_id, lock=True)
    if plan.kept_by_id != caller.organisation_id:
        raise NotFound
    return Subject(plan.state)


async def _of_plan(caller: Caller, session: AsyncSession, attachment: Attachment) -> Audience:
    plan = await visible_plan(caller, session, attachment.subject_id)
    return Audience(organisations=frozenset(await told_of(caller, session, plan)))


async def _action(caller: Caller, session: AsyncSession, action_id: UUID) -> Subject:
    action = await visible_action(caller, session, action_id, lock=True)
    if caller.organisation_id not in (action.kept_by_id, action.provider_id):
        raise NotFound
    return Subject(action.state)


async def _of_action(caller: Caller, session: AsyncSession, attachment: Attachment) -> Audience:
    action = await visible_action(caller, session, attachment.subject_id)
    plan = await visible_plan(caller, session, action.plan_id)
    return Audience(organisations=frozenset(await told_of(caller, session, plan)))


async def _concern(caller: Caller, session: AsyncSession, concern_id: UUID) -> Subject:
    return Subject((await visible_concern(caller, session, concern_id, lock=True)).state)


async def _of_concern(caller: Caller, session: AsyncSession, attachment: Attachment) -> Audience:
    """The provider from when the concern is shared, unless the file would name a raiser who may not be named."""
    concern = await visible_concern(caller, session, attachment.subject_id)
    told = {concern.council_id, concern.raised_by_id}
    names_nobody = concern.raiser_may_be_named or attachment.added_by_id in (concern.council_id, concern.provider_id)
    if concern.shared_at is not None and names_nobody:
        told.add(concern.provider_id)
    return Audience(organisations=frozenset(told))


def _alone(attachment: Attachment) -> Audience:
    return Audience(organisations=frozenset({attachment.added_by_id}))


KINDS: Mapping[AttachmentAbout, Kind] = MappingProxyType(
    {
        AttachmentAbout.PROGRESS_REPORT: Kind(Scope.REPORTS_READ, Scope.REPORTS_WRITE, _report, _of_report),
        AttachmentAbout.QA_VISIT: Kind(Scope.QA_READ, Scope.QA_WRITE, _visit, _of_visit),
        AttachmentAbout.TOOLKIT_ASSESSMENT: Kind(Scope.TOOLKIT_READ, Scope.TOOLKIT_WRITE, _assessment, _of_assessment),
        AttachmentAbout.LOT_APPLICATION: Kind(
            Scope.FRAMEWORKS_READ, Scope.FRAMEWORKS_WRITE, _application, _of_application
        ),
        AttachmentAbout.SAFEGUARDING_CONFIRMATION: Kind(
            Scope.FRAMEWORKS_READ, Scope.FRAMEWORKS_WRITE, _confirmation, _of_assurance
        ),
        AttachmentAbout.INSURANCE_CERTIFICATE: Kind(
            Scope.FRAMEWORKS_READ, Scope.FRAMEWORKS_WRITE, _certificate, _of_assurance
        ),
        AttachmentAbout.PROVIDER_POLICY: Kind(Scope.DIRECTORY_READ, Scope.DIRECTORY_WRITE, _provider, _of_provider),
        AttachmentAbout.QA_RETURN: Kind(Scope.QA_READ, Scope.QA_WRITE, _return, _of_return),
        AttachmentAbout.TEACHING_OBSERVATION: Kind(
            Scope.REPORTS_READ, Scope.REPORTS_WRITE, _observation, _of_observation
        ),
        AttachmentAbout.QUALIFICATION: Kind(Scope.REPORTS_READ, Scope.REPORTS_WRITE, _qualification, _of_qualification),
        AttachmentAbout.ACTION_PLAN: Kind(Scope.QA_READ, Scope.QA_WRITE, _plan, _of_plan),
        AttachmentAbout.ACTION: Kind(Scope.QA_READ, Scope.QA_WRITE, _action, _of_action),
        AttachmentAbout.CONCERN: Kind(Scope.QA_READ, Scope.QA_WRITE, _concern, _of_concern),
    }
)


def readable_kinds(caller: Caller) -> list[AttachmentAbout]:
    """The kinds that the client has the scope to read."""
    return [about for about, kind in KINDS.items() if kind.reads in caller.scopes]


def insist_may_read(caller: Caller, about: AttachmentAbout) -> None:
    """Raises Forbidden where the client may not read what the attachment is about."""
    _insist(caller, KINDS[about].reads)


def insist_may_write(caller: Caller, about: AttachmentAbout) -> None:
    """Raises Forbidden where the client may not write what the attachment is about."""
    _insist(caller, KINDS[about].writes)


def _insist(caller: Caller, scope: Scope) -> None:
    if scope not in caller.scopes:
        raise Forbidden(needed_scope=scope.value)
