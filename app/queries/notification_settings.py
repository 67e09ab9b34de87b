"""What the caller's own organisation wants by email."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.emails import NotificationSettings
from app.queries.contacts import own_contacts
from app.queries.email_content import WHOM_FIRST, WHOM_FIRST_FOR_LISTS


async def own_notification_settings(caller: Caller, session: AsyncSession) -> NotificationSettings | None:
    """None where it has never said anything. Lock the organisation before changing them."""
    statement = select(NotificationSettings).where(col(NotificationSettings.organisation_id) == caller.organisation_id)
    return (await session.scalars(statement)).one_or_none()


async def own_default_addresses(caller: Caller, session: AsyncSession) -> tuple[str | None, str | None]:
    """Where daily attendance and lists go without addresses: to the first contact that has one; None where none has."""
    contacts = await own_contacts(caller, session)

    def first(roles: tuple[str, ...]) -> str | None:
        known = [c for c in contacts if c.email is not None and c.role in roles]
        known.sort(key=lambda c: (roles.index(c.role), str(c.id)))
        return known[0].email if known else None

    return first(WHOM_FIRST), first(WHOM_FIRST_FOR_LISTS)
