"""The contacts of the caller's own organisation."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Contact, Organisation
from app.queries.directory import visible_organisation


async def own_organisation(caller: Caller, session: AsyncSession, *, lock: bool = False) -> Organisation:
    return await visible_organisation(caller, session, caller.kind, caller.organisation_id, lock=lock)


async def own_contacts(caller: Caller, session: AsyncSession) -> Sequence[Contact]:
    """In the order of their roles, then names."""
    statement = (
        select(Contact)
        .where(col(Contact.organisation_id) == caller.organisation_id)
        .order_by(col(Contact.role), col(Contact.name), col(Contact.email), col(Contact.phone), col(Contact.id))
    )
    return (await session.scalars(statement)).all()
