"""Attachments: declared, then stored when the content has come and is what was declared; withdrawn at any time."""

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.attachments.faults import SENTENCES
from app.attachments.file_check import fault_of_file
from app.attachments.store import AttachmentStore
from app.models.attachments import Attachment
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound, ParameterError
from app.queries.attachments import (
    count_attachments,
    own_attachment,
    own_attachments,
    visible_attachment,
    visible_attachments,
)
from app.rules.attachments import ATTACHMENTS, AttachmentAbout, AttachmentState, FileType, check_file_name, may_attach
from app.rules.verdict import Refused
from app.schemas.attachments import AttachmentDeclare
from app.services.attachments_subjects import KINDS, Subject, insist_may_read, insist_may_write, readable_kinds
from app.services.changes import changed, insist, made, moved

PATH = "/v1/attachments"


async def declare_attachment(caller: Caller, session: AsyncSession, body: AttachmentDeclare) -> Attachment:
    """Says what is about to come. Raises Forbidden, Invalid, RuleRefused."""
    insist_may_write(caller, body.about)
    named = check_file_name(body.file_name, body.media_type)
    if isinstance(named, Refused):
        raise Invalid([FieldError("/file_name", named.code, named.reason)])
    subject = await _subject_named(caller, session, body)
    insist(may_attach(body.about, subject.state, await count_attachments(caller, session, body.about, body.subject_id)))
    attachment = Attachment(
        **made(caller.now),
        **body.model_dump(),
        placement_id=subject.placement_id,
        added_by_id=caller.organisation_id,
        state=AttachmentState.DECLARED,
    )
    session.add(attachment)
    await session.flush()
    return attachment


async def listed(
    caller: Caller, session: AsyncSession, about: AttachmentAbout | None, subject_id: UUID | None
) -> Select[Attachment]:
    """Those of one subject, or those that the caller's organisation added. Raises Forbidden, Invalid."""
    if about is not None and subject_id is not None:
        insist_may_read(caller, about)
        return visible_attachments(caller, about, subject_id)
    if about is None and subject_id is None:
        return await own_attachments(caller, session, readable_kinds(caller))
    missing = "subject_id" if subject_id is None else "about"
    raise Invalid([ParameterError(missing, "required", "name both `about` and `subject_id`, or neither")])


async def readable_attachment(caller: Caller, session: AsyncSession, attachment_id: UUID) -> Attachment:
    """Raises NotFound, Forbidden."""
    attachment = await visible_attachment(caller, session, attachment_id)
    insist_may_read(caller, attachment.about)
    return attachment


async def store_content(
    caller: Caller,
    session: AsyncSession,
    store: AttachmentStore,
    attachment_id: UUID,
    content: bytes,
    media_type: str,
    expected_version: int,
) -> Attachment:
    """Keeps the content of an attachment that the caller declared, once it is proved to be what was declared.

    It is put into the store before anything is locked or changed: should the request come to nothing afterwards, it
    lies under a key that no reader is led to, and is erased with the attachment, or put there again.
    Raises NotFound, Forbidden, PreconditionFailed, RuleRefused, Invalid naming every fault, Unavailable.
    """
    attachment = await _own(caller, session, attachment_id)
    moved(attachment, expected_version, ATTACHMENTS, attachment.state, "store", None)
    faults = await asyncio.to_thread(lambda: list(_faults(attachment, content, media_type)))
    if faults:
        raise Invalid(faults)
    await store.put(attachment.stored_as, content)
    kind = KINDS[attachment.about]
    subject = await kind.held(caller, session, attachment.subject_id)
    attachment = await own_attachment(caller, session, attachment_id)
    attachment.state = moved(attachment, expected_version, ATTACHMENTS, attachment.state, "store", None)
    insist(may_attach(attachment.about, subject.state, 0))
    attachment.stored_at = caller.now
    changed(attachment, caller)
    await session.flush()
    await _tell(caller, session, attachment, EventType.ATTACHMENT_STORED)
    return attachment


async def withdraw_attachment(
    caller: Caller, session: AsyncSession, attachment_id: UUID, expected_version: int
) -> Attachment:
    """Takes an attachment back, whatever has become of what it is about; its content is erased within minutes.

    Title and name go at once. Raises NotFound, Forbidden, PreconditionFailed, RuleRefused.
    """
    await _own(caller, session, attachment_id)
    attachment = await own_attachment(caller, session, attachment_id)
    attachment.state = moved(attachment, expected_version, ATTACHMENTS, attachment.state, "withdraw", None)
    attachment.title = attachment.file_name = None
    attachment.withdrawn_at = caller.now
    changed(attachment, caller)
    await session.flush()
    if attachment.stored_at is not None:
        await _tell(caller, session, attachment, EventType.ATTACHMENT_WITHDRAWN)
    return attachment


async def _own(caller: Caller, session: AsyncSession, attachment_id: UUID) -> Attachment:
    """One that the caller's organisation added and may still see. Raises NotFound, Forbidden."""
    attachment = await visible_attachment(caller, session, attachment_id)
    if attachment.added_by_id != caller.organisation_id:
        raise NotFound
    insist_may_write(caller, attachment.about)
    return attachment


async def _subject_named(caller: Caller, session: AsyncSession, body: AttachmentDeclare) -> Subject:
    try:
        return await KINDS[body.about].held(caller, session, body.subject_id)
    except NotFound:
        fault = FieldError("/subject_id", "subject_not_found", "is nothing of that kind that you may attach to")
        raise Invalid([fault]) from None


def _faults(attachment: Attachment, content: bytes, media_type: str) -> Iterator[FieldError]:
    if media_type != attachment.media_type:
        yield FieldError("", "media_type_not_as_declared", f"declared was {attachment.media_type}")
    if len(content) != attachment.size:
        yield FieldError("", "size_not_as_declared", f"declared were {attachment.size} bytes, {len(content)} came")
    if sha256(content).hexdigest() != attachment.sha256:
        yield FieldError("", "checksum_not_as_declared", "the SHA-256 of what came is not the one declared")
    fault = fault_of_file(content, FileType(attachment.media_type))
    if fault is not None:
        yield FieldError("", fault.value, SENTENCES[fault])


async def _tell(caller: Caller, session: AsyncSession, attachment: Attachment, event: EventType) -> None:
    audience = await KINDS[attachment.about].audience(caller, session, attachment)
    await record_event(
        session,
        event,
        f"{PATH}/{attachment.id}",
        caller.now,
        placements=audience.placements,
        organisations=audience.organisations,
    )
