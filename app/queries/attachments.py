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
from app.models.attachments import Attachment
from app.models.columns import Record
from app.models.lot_applications import LotApplication
from app.models.organisations import Organisation, OrganisationKind
from app.models.placements import Placement
from app.models.progress_reports import ProgressReport
from app.models.provider_assurance import InsuranceCertificate, SafeguardingConfirmation
from app.models.qa import QaVisit
from app.models.toolkit import ToolkitAssessment
from app.problems import NotFound
from app.queries.directory import visible_organisations
from app.queries.insurance_certificates import visible_certificates
from app.queries.lot_applications import visible_applications
from app.queries.progress_reports import visible_reports
from app.queries.qa_visits import visible_visits
from app.queries.safeguarding_confirmations import visible_confirmations
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
    }
)

_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended('attachments of ' || :subject_id, 0))")


def own_attachments(caller: Caller, kinds: Collection[AttachmentAbout]) -> Select[Attachment]:
    """Those that the caller's organisation added to things of these kinds."""
    return select(Attachment).where(col(Attachment.added_by_id) == caller.organisation_id, _readable_of(caller, kinds))


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
    statement = select(Attachment).where(
        col(Attachment.id) == attachment_id, _has_come_or_is_own(caller), _readable_of(caller, _READABLE)
    )
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
