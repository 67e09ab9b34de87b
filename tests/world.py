"""The people of a test: organisations of a sandbox of its own, each with an HTTP client that holds every scope."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.assembly import environment_of, pepper_of
from app.access.keys import CredentialKind
from app.access.scopes import Scope
from app.db.engine import make_engine, make_sessions
from app.models.organisations import OrganisationKind
from app.services.api_clients import Minting, create_client, issue_credential
from app.services.onboarding import NewOrganisation, open_organisation, open_sandbox

TUESDAY_MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Party:
    """An organisation and its client. `post` and `put` send a fresh Idempotency-Key unless one is given."""

    id: UUID
    name: str
    kind: OrganisationKind
    client_id: UUID
    api_key: str
    client_secret: str
    http: AsyncClient

    async def get(self, path: str, **params: Any) -> Response:
        return await self.http.get(path, params=params or None)

    async def post(self, path: str, body: object, key: str | None = None) -> Response:
        return await self.http.post(path, json=body, headers={"Idempotency-Key": key or str(uuid4())})

    async def change(self, method: str, path: str, body: object) -> Response:
        """PUT, PATCH or DELETE with the ETag that a fresh read gives."""
        etag = (await self.http.get(path)).headers["ETag"]
        return await self.http.request(method, path, json=body, headers={"If-Match": etag})


@dataclass(frozen=True)
class World:
    """`council` and `school` belong together; the others are strangers to them."""

    sandbox_id: UUID
    council: Party
    other_council: Party
    school: Party
    other_school: Party
    provider: Party
    other_provider: Party

    @property
    def parties(self) -> tuple[Party, ...]:
        return (
            self.council,
            self.other_council,
            self.school,
            self.other_school,
            self.provider,
            self.other_provider,
        )


@asynccontextmanager
async def make_world(
    app: FastAPI, owner_url: str, stands_at: datetime = TUESDAY_MORNING
) -> AsyncIterator[World]:
    engine = make_engine(owner_url, app.state.settings)
    async with AsyncExitStack() as stack:
        async with make_sessions(engine)() as session:
            sandbox = await open_sandbox(session, "test", stands_at)
            council = await _party(stack, app, session, sandbox.id, "council", "Northshire Council")
            other_council = await _party(stack, app, session, sandbox.id, "council", "Southshire Council")
            school = await _party(stack, app, session, sandbox.id, "school", "Hill School", council.id)
            other_school = await _party(
                stack, app, session, sandbox.id, "school", "Vale School", other_council.id
            )
            provider = await _party(stack, app, session, sandbox.id, "provider", "Meadow Farm")
            other_provider = await _party(stack, app, session, sandbox.id, "provider", "Forge Garage")
            await session.commit()
        await engine.dispose()
        yield World(sandbox.id, council, other_council, school, other_school, provider, other_provider)


async def _party(
    stack: AsyncExitStack,
    app: FastAPI,
    session: AsyncSession,
    sandbox_id: UUID,
    kind: str,
    name: str,
    council_id: UUID | None = None,
) -> Party:
    new = NewOrganisation(
        OrganisationKind(kind), name, council_id, safeguarding_email=f"dsl-{uuid4().hex[:8]}@example.org"
    )
    organisation = await open_organisation(session, new, TUESDAY_MORNING, sandbox_id)
    client = await create_client(session, organisation.id, f"{name} MIS", frozenset(Scope))
    minting = Minting(environment_of(app.state.settings), pepper_of(app.state.settings))
    key = await issue_credential(session, client, CredentialKind.API_KEY, minting)
    secret = await issue_credential(session, client, CredentialKind.CLIENT_SECRET, minting)
    http = await stack.enter_async_context(
        AsyncClient(
            transport=ASGITransport(app, raise_app_exceptions=False),
            base_url="http://waymark.test",
            headers={"Authorization": f"Bearer {key.plain}"},
        )
    )
    return Party(organisation.id, name, OrganisationKind(kind), client.id, key.plain, secret.plain, http)
