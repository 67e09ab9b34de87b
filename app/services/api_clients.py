"""API clients and their credentials: made, rotated with overlap, revoked at once.

The routers call these for the caller's own organisation, the command line for any. Credentials live by the machine's
time, never a sandbox's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import keys
from app.access.caller import Caller
from app.access.keys import CredentialKind, MintedKey
from app.access.scopes import Scope
from app.clock import utc_now
from app.models.clients import ApiClient, Credential
from app.problems import Conflict, FieldError, Forbidden, Invalid
from app.queries.api_clients import live_credentials, own_client, own_credential
from app.schemas.api_clients import ApiClientCreate, KeyCreate
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


async def create_own_client(caller: Caller, session: AsyncSession, body: ApiClientCreate) -> ApiClient:
    """A client of the caller's organisation.

    Raises Invalid for a scope that the caller lacks, or an address that the calling client may not call from itself; a
    caller that is bound to addresses binds the clients it makes.
    """
    faults = [
        FieldError(f"/scopes/{index}", "scope_not_held", "you cannot grant a scope that your own client lacks")
        for index, scope in enumerate(body.scopes)
        if scope not in caller.scopes
    ]
    held = (await own_client(caller, session, caller.client_id)).addresses
    addresses = body.addresses or held
    if not _lies_within(addresses, held):
        faults.append(FieldError("/addresses", "address_not_held", "must lie within your own client's addresses"))
    if faults:
        raise Invalid(faults)
    return await create_client(session, caller.organisation_id, body.name, frozenset(body.scopes), addresses)


async def issue_own_key(
    caller: Caller, session: AsyncSession, client_id: UUID, body: KeyCreate, minting: Minting
) -> Issued:
    """A credential for one of the organisation's clients.

    Raises Forbidden where that client may do what the caller may not, or from elsewhere: the new key would hand that
    to the caller.
    """
    client = await own_client(caller, session, client_id, lock=True)
    if not _lies_within(client.addresses, (await own_client(caller, session, caller.client_id)).addresses):
        raise Forbidden("This client may call from addresses that yours may not call from.")
    beyond = sorted(set(client.scopes) - caller.scopes)
    if beyond:
        raise Forbidden("This client holds a scope that yours lacks.", needed_scope=beyond[0])
    life = body.expires_at - utc_now() if body.expires_at else None
    if life is not None and life <= timedelta(0):
        raise Invalid([FieldError("/expires_at", "in_the_past", "must lie in the future")])
    return await issue_credential(session, client, body.kind, minting, life)


async def revoke_own_client(caller: Caller, session: AsyncSession, client_id: UUID) -> ApiClient:
    client = await own_client(caller, session, client_id, lock=True)
    revoke_client(client, utc_now())
    await session.flush()
    return client


async def revoke_own_key(caller: Caller, session: AsyncSession, client_id: UUID, key_id: UUID) -> None:
    client = await own_client(caller, session, client_id, lock=True)
    revoke_credential(client, await own_credential(caller, session, client_id, key_id), utc_now())
    await session.flush()


def _lies_within(addresses: list[str] | None, held: list[str] | None) -> bool:
    """Whether every address is one of those held; without a list every address counts."""
    if not held:
        return True
    networks = [ip_network(each) for each in held]
    return bool(addresses) and all(
        any(asked.version == each.version and asked.subnet_of(each) for each in networks)  # type: ignore[arg-type]
        for asked in map(ip_network, addresses or ())
    )


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
    _moved_on(client, now)
    await session.flush()
    return Issued(credential, minted.plain)


def revoke_credential(client: ApiClient, credential: Credential, at: datetime) -> None:
    """From the commit on no request that starts is accepted with it, nor with a token it was exchanged for."""
    if credential.revoked_at is None:
        credential.revoked_at = at
        _moved_on(client, at)


def revoke_client(client: ApiClient, at: datetime) -> None:
    """Revokes the client with all its credentials and tokens."""
    if client.revoked_at is None:
        client.revoked_at = at
        _moved_on(client, at)


def _moved_on(client: ApiClient, at: datetime) -> None:
    client.changed_at = at
    client.version += 1
