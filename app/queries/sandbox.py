"""Sandboxes and what they caught."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.absconding import Mail
from app.models.attendance import ExpectedSession
from app.models.organisations import Organisation, Sandbox
from app.problems import NotFound


async def own_sandbox(caller: Caller, session: AsyncSession, *, lock: bool = False) -> Sandbox:
    """The sandbox the caller's organisation plays in. Raises NotFound for a live organisation."""
    statement = select(Sandbox).where(col(Sandbox.id) == caller.sandbox_id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


def caught_mails(caller: Caller, since: datetime | None = None) -> Select[Mail]:
    """The emails that would have gone to the caller's organisation."""
    statement = select(Mail).where(col(Mail.organisation_id) == caller.organisation_id)
    return statement if since is None else statement.where(col(Mail.at) >= since)


async def sandboxes_to_sweep(session: AsyncSession, before: datetime, most: int) -> Sequence[Sandbox]:
    """Those last swept `before` then or never, the longest waiting first, locked. For the worker.

    One that another worker is taking up, or whose clock is being moved, is passed over.
    """
    statement = (
        select(Sandbox)
        .where(or_(col(Sandbox.swept_at).is_(None), col(Sandbox.swept_at) < before))
        .order_by(col(Sandbox.swept_at).asc().nulls_first(), col(Sandbox.id))
        .limit(most)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def providers_expecting(session: AsyncSession, sandbox_id: UUID, day: date) -> Sequence[UUID]:
    """The providers of a sandbox that expect a pupil on a day. For the worker."""
    statement = (
        select(col(ExpectedSession.provider_id))
        .join(Organisation, col(Organisation.id) == col(ExpectedSession.provider_id))
        .where(col(Organisation.sandbox_id) == sandbox_id, col(ExpectedSession.on_date) == day)
        .distinct()
        .order_by(col(ExpectedSession.provider_id))
    )
    return (await session.scalars(statement)).all()
