"""The people of a test: organisations of a sandbox of its own, each with an HTTP client that holds every scope."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.assembly import environment_of, pepper_of
from app.access.keys import CredentialKind, MintedKey, mint
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.services.api_clients import Issued, Minting, create_client, issue_credential
from app.services.onboarding import NewOrganisation, open_organisation, open_sandbox
from tests.copies import Original
from tests.declared_headers import as_declared
from tests.owner import sessions_of
from tests.placed import placed

TUESDAY_MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


CALENDAR = {
    "name": "2026/27",
    "half_terms": [
        {"term": "autumn", "half": 1, "first": "2026-09-03", "last": "2026-10-23"},
        {"term": "autumn", "half": 2, "first": "2026-11-02", "last": "2026-12-18"},
        {"term": "spring", "half": 1, "first": "2027-01-04", "last": "2027-02-12"},
        {"term": "spring", "half": 2, "first": "2027-02-22", "last": "2027-03-25"},
    ],
    "closures": [{"date": "2026-11-27", "reason": "INSET"}],
}
HOURS = {"am": {"starts_at": "09:00", "ends_at": "12:00"}, "pm": {"starts_at": "13:00", "ends_at": "15:00"}}
TIMETABLE = [
    {"weekday": weekday, "session": session, **hours}
    for weekday in ("monday", "tuesday", "wednesday", "thursday", "friday")
    for session, hours in HOURS.items()
]


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

    async def act(self, path: str, verb: str, body: object = None) -> Response:
        """POST to `path/verb` with the ETag that a fresh read of `path` gives."""
        etag = (await self.http.get(path)).headers.get("ETag", '"0-0000000000000000"')
        headers = {"If-Match": etag, "Idempotency-Key": str(uuid4())}
        return await self.http.post(f"{path}/{verb}", json=body, headers=headers)

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
    owner_url: str
    stands_at: datetime

    async def calendar(self) -> str:
        """The id of a calendar of the council's: the autumn and spring terms of 2026/27."""
        made = await self.council.post("/v1/calendars", CALENDAR)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def pupil(self) -> str:
        """The id of a child registered by the council."""
        child = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
        made = await self.council.post("/v1/pupils", child)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def proposal(self, **changes: Any) -> dict[str, Any]:
        """A body that the council may propose to the provider: mornings and afternoons of every weekday."""
        body: dict[str, Any] = {
            "pupil_id": await self.pupil(),
            "provider_id": str(self.provider.id),
            "host_school_id": str(self.school.id),
            "spot_purchase": True,
            "calendar_id": changes.get("calendar_id") or await self.calendar(),
            "tier": "time_limited",
            "primary_reason": "at_risk_of_exclusion",
            "pattern": "full_time",
            "objectives": ["Attend every morning"],
            "intended_next_step": "Return to Hill School",
            "starts_on": "2026-11-02",
            "planned_end_on": "2027-02-12",
            "timetable": TIMETABLE,
        }
        return body | changes

    async def placement(self, **changes: Any) -> str:
        """The id of a placement that the provider has accepted."""
        return await placed(self, changes)

    async def newly_placed(self, **changes: Any) -> str:
        """Likewise, over HTTP."""
        proposed = await self.council.post("/v1/placements", await self.proposal(**changes))
        assert proposed.status_code == 201, proposed.text
        path = proposed.headers["Location"]
        accepted = await self.provider.act(path, "acceptance")
        assert accepted.status_code == 200, accepted.text
        return str(accepted.json()["id"])

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


@dataclass(frozen=True)
class Opened:
    """An organisation as it was opened, with its API key and its client secret."""

    id: UUID
    name: str
    kind: OrganisationKind
    client_id: UUID
    email: str
    keys: tuple[MintedKey, MintedKey]


@asynccontextmanager
async def make_world(app: FastAPI, owner_url: str, stands_at: datetime = TUESDAY_MORNING) -> AsyncIterator[World]:
    """The first is opened as an operator opens one; those after it are copies of its rows."""
    if stands_at not in _originals:
        async with sessions_of(owner_url)() as session:
            _originals[stands_at] = await _open_original(app, session, stands_at)
            await session.rollback()
    original, sandbox_id, opened = _originals[stands_at]
    minted = {each: (_mint(app, CredentialKind.API_KEY), _mint(app, CredentialKind.CLIENT_SECRET)) for each in opened}
    changed = {each.email: _email() for each in opened}
    for each, keys in minted.items():
        for was, new in zip(each.keys, keys, strict=True):
            changed |= {was.public_id: new.public_id, was.digest.hex(): new.digest.hex()}
    async with AsyncExitStack() as stack:
        async with sessions_of(owner_url)() as session:
            became = await original.copy(session, changed)
            await session.commit()
        parties = [
            await stack.enter_async_context(
                _joined(
                    app,
                    replace(
                        each, id=UUID(became[str(each.id)]), client_id=UUID(became[str(each.client_id)]), keys=keys
                    ),
                )
            )
            for each, keys in minted.items()
        ]
        council, other_council, school, other_school, provider, other_provider = parties
        yield World(
            UUID(became[str(sandbox_id)]),
            council,
            other_council,
            school,
            other_school,
            provider,
            other_provider,
            owner_url,
            stands_at,
        )


_originals: dict[datetime, tuple[Original, UUID, list[Opened]]] = {}


async def _open_original(
    app: FastAPI, session: AsyncSession, stands_at: datetime
) -> tuple[Original, UUID, list[Opened]]:
    sandbox = await open_sandbox(session, "test", stands_at)
    council = await _open(app, session, sandbox.id, "council", "Northshire Council")
    other_council = await _open(app, session, sandbox.id, "council", "Southshire Council")
    opened = [
        council,
        other_council,
        await _open(app, session, sandbox.id, "school", "Hill School", council.id),
        await _open(app, session, sandbox.id, "school", "Vale School", other_council.id),
        await _open(app, session, sandbox.id, "provider", "Meadow Farm"),
        await _open(app, session, sandbox.id, "provider", "Forge Garage"),
    ]
    return await Original.of(session), sandbox.id, opened


@asynccontextmanager
async def open_party(
    app: FastAPI, owner_url: str, kind: OrganisationKind, scopes: frozenset[Scope] = frozenset(Scope)
) -> AsyncIterator[Party]:
    """One organisation alone in a sandbox of its own."""
    async with sessions_of(owner_url)() as session:
        sandbox = await open_sandbox(session, "elsewhere", TUESDAY_MORNING)
        opened = await _open(app, session, sandbox.id, kind, "Elsewhere", scopes=scopes)
        await session.commit()
    async with _joined(app, opened) as party:
        yield party


@asynccontextmanager
async def another_party(
    app: FastAPI, owner_url: str, world: World, kind: OrganisationKind, name: str, council: Party | None = None
) -> AsyncIterator[Party]:
    """One more organisation of a world; a school belongs to `council`."""
    async with sessions_of(owner_url)() as session:
        opened = await _open(app, session, world.sandbox_id, kind, name, council.id if council else None)
        await session.commit()
    async with _joined(app, opened) as party:
        yield party


async def _open(
    app: FastAPI,
    session: AsyncSession,
    sandbox_id: UUID,
    kind: str,
    name: str,
    council_id: UUID | None = None,
    scopes: frozenset[Scope] = frozenset(Scope),
) -> Opened:
    email = _email()
    new = NewOrganisation(OrganisationKind(kind), name, council_id, published=True, safeguarding_email=email)
    organisation = await open_organisation(session, new, TUESDAY_MORNING, sandbox_id)
    client = await create_client(session, organisation.id, f"{name} MIS", scopes)
    minting = Minting(environment_of(app.state.settings), pepper_of(app.state.settings))
    key = await issue_credential(session, client, CredentialKind.API_KEY, minting)
    secret = await issue_credential(session, client, CredentialKind.CLIENT_SECRET, minting)
    keys = (_minted(key), _minted(secret))
    return Opened(organisation.id, name, OrganisationKind(kind), client.id, email, keys)


def _minted(issued: Issued) -> MintedKey:
    return MintedKey(issued.plain, issued.credential.public_id, issued.credential.digest)


def _mint(app: FastAPI, kind: CredentialKind) -> MintedKey:
    return mint(environment_of(app.state.settings), pepper_of(app.state.settings), kind)


def _email() -> str:
    return f"dsl-{uuid4().hex[:8]}@example.org"


@asynccontextmanager
async def _joined(app: FastAPI, opened: Opened) -> AsyncIterator[Party]:
    key, secret = opened.keys
    async with AsyncClient(
        transport=ASGITransport(app, raise_app_exceptions=False),
        base_url="http://waymark.test",
        headers={"Authorization": f"Bearer {key.plain}"},
        event_hooks={"response": [as_declared]},
    ) as http:
        yield Party(opened.id, opened.name, opened.kind, opened.client_id, key.plain, secret.plain, http)
