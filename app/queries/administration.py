"""What an operator sees from the command line: every organisation and every client.

For the owner's connection only. The application role, whose row security knows no such caller, finds nothing here.
"""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.clients import ApiClient, Credential
from app.models.organisations import Organisation
from app.problems import NotFound

R = TypeVar("R")


async def all_organisations(session: AsyncSession) -> Sequence[Organisation]:
    return (await session.scalars(select(Organisation).order_by(col(Organisation.kind), col(Organisation.name)))).all()


async def any_organisation(session: AsyncSession, organisation_id: UUID) -> Organisation:
    """Raises NotFound."""
    return _found(await session.get(Organisation, organisation_id))


async def all_clients(
    session: AsyncSession, organisation_id: UUID | None = None
) -> "Sequence[Row[ApiClient, Organisation]]":
    statement = (
        select(ApiClient, Organisation)
        .join(Organisation, col(Organisation.id) == col(ApiClient.organisation_id))
        .order_by(col(Organisation.name), col(ApiClient.name))
    )
    if organisation_id is not None:
        statement = statement.where(col(ApiClient.organisation_id) == organisation_id)
    return (await session.execute(statement)).all()


async def any_client(session: AsyncSession, client_id: UUID) -> ApiClient:
    """The client, locked against other changes. Raises NotFound."""
    statement = select(ApiClient).where(col(ApiClient.id) == client_id).with_for_update()
    return _found((await session.scalars(statement)).one_or_none())


async def any_credential(session: AsyncSession, client_id: UUID, credential_id: UUID) -> Credential:
    """Raises NotFound."""
    found = await session.get(Credential, credential_id)
    return _found(found if found is not None and found.client_id == client_id else None)


def _found(row: R | None) -> R:
    if row is None:
        raise NotFound
    return row
