"""Comparing what the database says of attachments with what the store holds: after a restore, or now and then."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.attachments.store import AttachmentStore, ContentMissingError, Kept
from app.models.attachments import Attachment
from app.queries.attachments_erasing import kept_attachments, known_keys

LEFT_ALONE = timedelta(days=1)
"""What is younger may belong to a request that is under way."""
_AT_ONCE = 500


@dataclass(slots=True)
class Findings:
    """Ids of attachments without their content or with another, and keys in the store that nothing leads to."""

    attachments: int = 0
    missing: list[UUID] = field(default_factory=list)
    damaged: list[UUID] = field(default_factory=list)
    orphans: list[UUID] = field(default_factory=list)


async def check_attachments(
    session: AsyncSession, store: AttachmentStore, now: datetime, *, erase_orphans: bool = False
) -> Findings:
    """Reads every attachment through. `now` is the machine's time. Raises Unavailable."""
    found = Findings()
    async for attachment in await session.stream_scalars(kept_attachments()):
        found.attachments += 1
        try:
            if not await _is_whole(store, attachment):
                found.damaged.append(attachment.id)
        except ContentMissingError:
            found.missing.append(attachment.id)
    waiting: list[UUID] = []
    async for kept in store.all():
        if kept.key is not None and _is_old(kept, now):
            waiting.append(kept.key)
        if len(waiting) == _AT_ONCE:
            found.orphans += await _unknown(session, waiting)
            waiting = []
    found.orphans += await _unknown(session, waiting)
    for key in found.orphans if erase_orphans else ():
        await store.remove(key)
    return found


async def _is_whole(store: AttachmentStore, attachment: Attachment) -> bool:
    if await store.size(attachment.stored_as) != attachment.size:
        return False
    digest = sha256()
    async for piece in store.pieces(attachment.stored_as, attachment.size):
        digest.update(piece)
    return digest.hexdigest() == attachment.sha256


def _is_old(kept: Kept, now: datetime) -> bool:
    return now - kept.since > LEFT_ALONE


async def _unknown(session: AsyncSession, keys: list[UUID]) -> list[UUID]:
    known = await known_keys(session, keys)
    return [key for key in keys if key not in known]
