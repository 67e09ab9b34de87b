"""API clients and credentials of the caller's own organisation."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.access.keys import CredentialKind
from app.models.clients import ApiClient, Credential
from app.problems import NotFound


def own_clients(caller: Caller) -> Select[ApiClient]:
    return select(ApiClient).where(col(ApiClient.organisation_id) == caller.organisation_id)


async def first_client(caller: Caller, session: AsyncSession) -> ApiClient | None:
    """The oldest client of the caller's organisation that is not revoked."""
    live = own_clients(caller).where(col(ApiClient.revoked_at).is_(None))
    return (await session.scalars(live.order_by(col(ApiClient.created_at), col(ApiClient.id)).limit(1))).one_or_none()


async def own_client(caller: Caller, session: AsyncSession, client_id: UUID, *, lock: bool = False) -> ApiClient:
    """Raises NotFound."""
    statement = own_clients(caller).where(col(ApiClient.id) == client_id)
    found = (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def own_credential(caller: Caller, session: AsyncSession, client_id: UUID, credential_id: UUID) -> Credential:
    """Raises NotFound."""
    statement = (
        select(Credential)
        .join(ApiClient, col(ApiClient.id) == col(Credential.client_id))
        .where(
            col(ApiClient.organisation_id) == caller.organisation_id,
            col(ApiClient.id) == client_id,
            col(Credential.id) == credential_id,
        )
        .with_for_update(of=Credential)
    )
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def live_credentials(
    session: AsyncSession, client_id: UUID, kind: CredentialKind, at: datetime
) -> Sequence[Credential]:
    return (
        await session.scalars(
            select(Credential).where(
                col(Credential.client_id) == client_id,
                col(Credential.kind) == kind,
                col(Credential.revoked_at).is_(None),
                or_(col(Credential.expires_at).is_(None), col(Credential.expires_at) > at),
            )
        )
    ).all()


async def credentials_of(session: AsyncSession, client_ids: Sequence[UUID]) -> Sequence[Credential]:
    """All credentials of these clients, the oldest first."""
    return (
        await session.scalars(
            select(Credential)
            .where(col(Credential.client_id).in_(client_ids))
            .order_by(col(Credential.created_at), col(Credential.id))
        )
    ).all()
