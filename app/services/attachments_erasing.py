"""Erasing the content of attachments that stand no more. A trigger names them, whatever made them go."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.attachments.store import AttachmentStore
from app.queries.attachments_erasing import due_erasures

MOST_AT_ONCE = 100


async def erase_withdrawn(session: AsyncSession, store: AttachmentStore, now: datetime) -> int:
    """Erases at most `MOST_AT_ONCE`; gives how many. `now` is the machine's time. Does not commit. Raises Unavailable.

    The second erasure, a day after the first, is for what a process that hung may have put meanwhile.
    """
    erasures = await due_erasures(session, now, MOST_AT_ONCE)
    for erasure in erasures:
        await store.remove(erasure.stored_as)
        if erasure.erased_at is None:
            erasure.erased_at = now
        else:
            await session.delete(erasure)
    await session.flush()
    return len(erasures)
