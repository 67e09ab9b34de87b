"""API clients and their credentials: made, rotated with overlap, revoked at once.

The routers call these for the caller's own organisation, the command line for any. Credentials live by the machine's
time, never a sandbox's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import keys
from app.access.keys import CredentialKind, MintedKey
from app.access.scopes import Scope
from app.clock import utc_now
from app.models.clients import ApiClient, Credential
from app.problems import Conflict
from app.queries.api_clients import live_credentials
from app.services.changes import made

MOST_LIVE = 2


@dataclass(frozen=True, slots=True)
class Minting:
    """What minting a credential takes: which environment's prefix it bears, and the pepper of its digest."""

    environment: keys.Environment
    pepper: bytes


@dataclass(frozen=True, slots=True)
class Issued:
    """A new credential with its plain text, which is shown this once and never stored."""

    credential: Credential
    plain: str


async def create_client(
    session: AsyncSession,
    organisation_id: UUID,
    name: str,
    scopes: frozenset[Scope],
    addresses: list[str] | None = None,
) -> ApiClient:
    client = ApiClient(
        **made(utc_now()),
        organisation_id=organisation_id,
        name=name,
        scopes=sorted(scopes),
        addresses=addresses,
    )
    session.add(client)
    await session.flush()
    return client


async def issue_credential(
    session: AsyncSession,
    client: ApiClient,
    kind: CredentialKind,
    minting: Minting,
    life: timedelta | None = None,
) -> Issued:
    """Adds a credential beside the one in use, so that rotation has no gap. Raises Conflict for a third one.

    The client's row must be locked by the query that loaded it: two rotations at once could otherwise leave three.
    """
    now = utc_now()
    if client.revoked_at is not None:
        raise Conflict("The client is revoked.")
    if len(await live_credentials(session, client.id, kind, now)) >= MOST_LIVE:
        raise Conflict(f"The client already has {MOST_LIVE} live credentials of this kind. Revoke one first.")
    minted: MintedKey = keys.mint(minting.environment, minting.pepper, kind)
    credential = Credential(
        client_id=client.id,
        kind=kind,
        public_id=minted.public_id,
        digest=minted.digest,
        created_at=now,
        expires_at=now + life if life else None,
    )
    session.add(credential)
    await session.flush()
    return Issued(credential, minted.plain)


def revoke_credential(credential: Credential, at: datetime) -> None:
    """From the commit on no request that starts is accepted with it, nor with a token it was exchanged for."""
    credential.revoked_at = credential.revoked_at or at


def revoke_client(client: ApiClient, at: datetime) -> None:
    """Revokes the client with all its credentials and tokens."""
    client.revoked_at = client.revoked_at or at
    client.changed_at = at
    client.version += 1
