"""Attachments as a caller may see them: whoever may read what one is about.

What has not come yet is seen by the organisation that declared it alone. A row of `_READABLE` for each kind of subject
starts from the query by which that subject is read.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.action_plans import Action, ActionPlan
from app.models.attachments import Attachment
from app.models.columns import Record
from app.models.concerns import Concern
from app.models.lot_applications import LotApplication
from app.models.organisations import Organisation, OrganisationKind
from app.models.placements import Placement
from app.models.progress_reports import ProgressReport
from app.models.provider_assurance import InsuranceCertificate, SafeguardingConfirmation
from app.models.qa import QaVisit
from app.models.qa_returns import QaReturn
from app.models.qualifications import Qualification
from app.models.teaching_observations import TeachingObservation
from app.models.toolkit import ToolkitAssessment
from app.problems import NotFound
from app.queries.action_plans import visible_plans
from app.queries.actions import visible_actions
from app.queries.concerns import visible_concerns
from app.queries.directory import visible_organisations
from app.queries.insurance_certificates import visible_certificates
from app.queries.lot_applications import visible_applications
from app.queries.progress_reports import visible_reports
from app.queries.qa_returns import visible_returns
from app.queries.qa_visits import visible_visits
from app.queries.qualifications import visible_qualifications
from app.queries.safeguarding_confirmations import visible_confirmations
from app.queries.teaching_observations import visible_observations
from app.queries.toolkit_assessments import visible_assessments
from app.rules.attachments import AttachmentAbout, AttachmentState
from app.rules.qa_visits import SHARED_WITH_PROVIDER

_SUBJECT = col(Attachment.subject_id)


def _progress_report(caller: Caller) -> ColumnElement[bool]:
    """What has come since the report was last submitted is its provider's own, as the answers are."""
    submitted = col(Attachment.stored_at) <= col(ProgressReport.submitted_at)
    shown = or_(submitted, col(Placement.provider_id) == caller.organisation_id)
    return visible_reports(caller).where(col(ProgressReport.id) == _SUBJECT, shown).exists()


def _qa_visit(caller: Caller) -> ColumnElement[bool]:
    """Before the visit is reported, the provider reads its own attachments alone, as it reads no findings."""
    shown = or_(
        col(QaVisit.provider_id) != caller.organisation_id,
        col(QaVisit.state).in_(SHARED_WITH_PROVIDER),
        col(Attachment.added_by_id) == caller.organisation_id,
    )
    return visible_visits(caller).where(col(QaVisit.id) == _SUBJECT, shown).exists()


def _qa_return(caller: Caller) -> ColumnElement[bool]:
    """What has come since the return was last submitted is its provider's own, as the answers are."""
    submitted = col(Attachment.stored_at) <= col(QaReturn.submitted_at)
    shown = or_(submitted, col(QaReturn.provider_id) == caller.organisation_id)
    return visible_returns(caller).where(col(QaReturn.id) == _SUBJECT, shown).exists()


def _concern(caller: Caller) -> ColumnElement[bool]:
    """The provider reads no file of whoever raised the concern and may not be named: it would name them."""
    shown = or_(
        col(Concern.provider_id) != caller.organisation_id,
        col(Concern.raiser_may_be_named),
        col(Attachment.added_by_id).in_((col(Concern.council_id), caller.organisation_id)),
    )
    return visible_concerns(caller).where(col(Concern.id) == _SUBJECT, shown).exists()


def _provider_policy(caller: Caller) -> ColumnElement[bool]:
    providers = visible_organisations(caller, OrganisationKind.PROVIDER)
    return providers.where(col(Organisation.id) == _SUBJECT).exists()


# A kind that is added here is added to the policies of its migration, and to `services/attachments_subjects.py`.
_READABLE: Mapping[AttachmentAbout, tuple[type[Record], Callable[[Caller], ColumnElement[bool]]]] = MappingProxyType(
    {
        AttachmentAbout.PROGRESS_REPORT: (ProgressReport, _progress_report),
        AttachmentAbout.QA_VISIT: (QaVisit, _qa_visit),
        AttachmentAbout.TOOLKIT_ASSESSMENT: (
            ToolkitAssessment,
            lambda caller: visible_assessments(caller).where(col(ToolkitAssessment.id) == _SUBJECT).exists(),
        ),
        AttachmentAbout.LOT_APPLICATION: (
            LotApplication,
            lambda caller: visible_applications(caller).where(col(LotApplication.id) == _SUBJECT).exists(),
        ),
        AttachmentAbout.SAFEGUARDING_CONFIRMATION: (
            SafeguardingConfirmation,
            lambda caller: visible_confirmations(caller).where(col(SafeguardingConfirmation.id) == _SUBJECT).exists(),
        ),
        AttachmentAbout.INSURANCE_CERTIFICATE: (
            InsuranceCertificate,
            lambda caller: visible_certificates(caller).where(col(InsuranceCertificate.id) == _SUBJECT).exists(),
        ),
        AttachmentAbout.PROVIDER_POLICY: (Organisation, _provider_policy),
        AttachmentAbout.QA_RETURN: (QaReturn, _qa_return),
        AttachmentAbout.TEACHING_OBSERVATION: (
            TeachingObservation,
            lambda caller: visible_observations(caller).where(col(TeachingObservation.id) == _SUBJECT).exists(),
        ),
        AttachmentAbout.QUALIFICATION: (
            Qualification,
            lambda caller: visible_qualifications(caller).where(col(Qualification.id) == _SUBJECT).exists(),
        ),
        AttachmentAbout.ACTION_PLAN: (
            ActionPlan,
            lambda caller: visible_plans(caller).where(col(ActionPlan.id) == _SUBJECT).exists(),
        ),
        AttachmentAbout.ACTION: (
            Action,
            lambda caller: visible_actions(caller).where(col(Action.id) == _SUBJECT).exists(),
        ),
        AttachmentAbout.CONCERN: (Concern, _concern),
    }
)

_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended('attachments of ' || :subject_id, 0))")


async def own_attachments(
    caller: Caller, session: AsyncSession, kinds: Collection[AttachmentAbout]
) -> Select[Attachment]:
    """Those that the caller's organisation added to things of these kinds.

    What it has added is looked up first: to ask of every kind at once takes long to plan.
    """
    mine = col(Attachment.added_by_id) == caller.organisation_id
    one_of = {each: select(1).where(mine, col(Attachment.about) == each).exists().label(each) for each in kinds}
    added = (await session.execute(select(*one_of.values()))).one() if one_of else ()
    return select(Attachment).where(
        mine, _readable_of(caller, [each for each, is_so in zip(one_of, added, strict=True) if is_so])
    )


def visible_attachments(caller: Caller, about: AttachmentAbout, subject_id: UUID) -> Select[Attachment]:
    """Those of one subject, whoever added them."""
    _, readable = _READABLE[about]
    return select(Attachment).where(
        col(Attachment.about) == about,
        col(Attachment.subject_id) == subject_id,
        _has_come_or_is_own(caller),
        readable(caller),
    )


async def visible_attachment(caller: Caller, session: AsyncSession, attachment_id: UUID) -> Attachment:
    """Noted for the audit where it is about a child. Raises NotFound."""
    that = col(Attachment.id) == attachment_id
    about = (await session.scalars(select(col(Attachment.about)).where(that))).one_or_none()
    if about is None:
        raise NotFound
    statement = select(Attachment).where(that, _has_come_or_is_own(caller), _readable_of(caller, [about]))
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    if found.placement_id is not None:
        caller.sees_placements(found.placement_id)
    return found


async def own_attachment(caller: Caller, session: AsyncSession, attachment_id: UUID) -> Attachment:
    """One that the caller's organisation added, locked, as it is now. Raises NotFound."""
    statement = (
        select(Attachment)
        .where(col(Attachment.id) == attachment_id, col(Attachment.added_by_id) == caller.organisation_id)
        .with_for_update()
    )
    found = (await session.scalars(statement.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def count_attachments(caller: Caller, session: AsyncSession, about: AttachmentAbout, subject_id: UUID) -> int:
    """How many the caller has standing about a subject, declared ones included; others wait until it has added one."""
    await session.execute(_ONE_AT_A_TIME, {"subject_id": str(subject_id)})
    statement = select(func.count()).where(
        col(Attachment.about) == about,
        col(Attachment.subject_id) == subject_id,
        col(Attachment.added_by_id) == caller.organisation_id,
        col(Attachment.state).in_((AttachmentState.DECLARED, AttachmentState.STORED)),
    )
    return (await session.execute(statement)).scalar_one()


def changed_since(
    caller: Caller, statement: Select[Attachment], about: AttachmentAbout | None, since: datetime
) -> Select[Attachment]:
    """Those changed since an instant, and of a subject, those where it was: by that others come to see them."""
    changed = col(Attachment.changed_at) >= since
    if about is None:
        return statement.where(changed)
    subject, _ = _READABLE[about]
    return statement.where(or_(changed, exists().where(col(subject.id) == _SUBJECT, col(subject.changed_at) >= since)))


def _readable_of(caller: Caller, kinds: Collection[AttachmentAbout]) -> ColumnElement[bool]:
    readable = [and_(col(Attachment.about) == about, _READABLE[about][1](caller)) for about in kinds]
    return or_(false(), *readable)


def _has_come_or_is_own(caller: Caller) -> ColumnElement[bool]:
    return or_(col(Attachment.stored_at).is_not(None), col(Attachment.added_by_id) == caller.organisation_id)
