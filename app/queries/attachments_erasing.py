"""The worker's: which content is to be erased, and which keys are still somebody's."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.attachments import Attachment, AttachmentErasure
from app.rules.attachments import AttachmentState

AGAIN_AFTER = timedelta(days=1)


async def due_erasures(session: AsyncSession, now: datetime, most: int) -> Sequence[AttachmentErasure]:
    """Locked; what another worker is at is left to it. `now` is the machine's time."""
    statement = (
        select(AttachmentErasure)
        .where(or_(col(AttachmentErasure.erased_at).is_(None), col(AttachmentErasure.since) < now - AGAIN_AFTER))
        .order_by(col(AttachmentErasure.since))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()


def kept_attachments() -> Select[Attachment]:
    """Every attachment whose content must be there, of every organisation."""
    return select(Attachment).where(col(Attachment.state) == AttachmentState.STORED).order_by(col(Attachment.id))


async def known_keys(session: AsyncSession, keys: Collection[UUID]) -> set[UUID]:
    """Those of the keys that an attachment was given, or that are to be erased anyway."""
    given = select(col(Attachment.stored_as)).where(col(Attachment.stored_as).in_(keys))
    erased = select(col(AttachmentErasure.stored_as)).where(col(AttachmentErasure.stored_as).in_(keys))
    return set(await session.scalars(union(given, erased)))
