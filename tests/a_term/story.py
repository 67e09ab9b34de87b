"""The sandbox of a term: made by the seed of `make run` with few children, standing at a school morning of its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.assembly import environment_of, pepper_of
from app.db.embedded_database import Addresses
from app.models.organisations import OrganisationKind, Sandbox
from app.services import sandbox_seed
from app.services.api_clients import Minting
from app.services.sandbox_children import place_children
from app.services.sandbox_keys import renew_keys
from app.services.sandbox_organisations import Inhabitants
from app.services.sandbox_seed import make_sandbox
from tests.a_year.story import listed, read
from tests.declared_headers import as_declared
from tests.placing import owner_session
from tests.world import TUESDAY_MORNING, Party

FEW = 2
STRANGERS = ("Threadwork College", "Kiln Lane Kitchen")
"""Providers of the other council alone, who have nothing to do with the farm."""


@dataclass
class Term:
    """Who plays. `ids` holds what earlier chapters made, by name; `feeds` how far each party has read its feed."""

    parties: dict[str, Party]
    ids: dict[str, str] = field(default_factory=dict)
    feeds: dict[str, str] = field(default_factory=dict)
    heard: dict[str, set[str]] = field(default_factory=dict)

    @property
    def council(self) -> Party:
        return self.parties["Northshire Council"]

    @property
    def other_council(self) -> Party:
        return self.parties["Southshire Council"]

    @property
    def school(self) -> Party:
        return self.parties["Hillside School"]

    @property
    def next_school(self) -> Party:
        """Of the same council; it has no part in our children."""
        return self.parties["Foxglove Primary School"]

    @property
    def their_school(self) -> Party:
        """Of the other council."""
        return self.parties["Harbour School"]

    @property
    def farm(self) -> Party:
        return self.parties["Meadow Farm"]

    @property
    def strangers(self) -> tuple[Party, ...]:
        return tuple(self.parties[name] for name in STRANGERS)

    async def advances_to(self, instant: str) -> None:
        """Moves the clock on, with all that falls due on the way done."""
        now = (await read(self.council, "/v1/me"))["now"]
        seconds = (datetime.fromisoformat(instant) - datetime.fromisoformat(now)).total_seconds()
        moved = await self.council.post("/v1/sandbox/clock/advance", {"seconds": int(seconds)})
        assert moved.status_code == 200, moved.text

    async def news(self, party: Party) -> set[str]:
        """The types of all that has come to the party."""
        asked = {"cursor": self.feeds[party.name]} if party.name in self.feeds else {}
        types = self.heard.setdefault(party.name, set())
        while True:
            page = await read(party, "/v1/events", limit=200, **asked)
            types |= {event["type"] for event in page["items"]}
            asked = {"cursor": page["next_cursor"]}
            if not page["items"]:
                self.feeds[party.name] = page["next_cursor"]
                return types

    async def hidden(self, path: str, *parties: Party) -> None:
        """To each of them, and to every stranger, there is nothing there."""
        for party in (*parties, *self.strangers):
            found = await party.get(path)
            assert found.status_code == 404, f"{party.name} {path}: {found.text}"


async def only(party: Party, path: str, **asked: Any) -> Any:
    """The one record of a list."""
    [found] = await listed(party, path, **asked)
    return found


@asynccontextmanager
async def begun(app: FastAPI, database: Addresses) -> AsyncIterator[Term]:
    """The sandbox, made as of one Tuesday morning in November, and its clock put there."""
    with pytest.MonkeyPatch.context() as patched:

        async def place_few(session: AsyncSession, them: Inhabitants, *there: Any) -> int:
            for provider in them.providers:
                patched.setitem(provider.seed, "children", min(provider.seed["children"], FEW))
            return await place_children(session, them, *there)

        patched.setattr(sandbox_seed, "place_children", place_few)
        async with owner_session(database.owner) as session:
            sandbox = await make_sandbox(session, TUESDAY_MORNING)
            await session.execute(update(Sandbox).where(col(Sandbox.id) == sandbox).values(stands_at=TUESDAY_MORNING))
            minting = Minting(environment_of(app.state.settings), pepper_of(app.state.settings))
            known = await renew_keys(session, sandbox, minting)
    async with AsyncExitStack() as stack:
        parties = [await stack.enter_async_context(_joined(app, client)) for client in known["clients"]]
        yield Term({party.name: party for party in parties})


@asynccontextmanager
async def _joined(app: FastAPI, client: dict[str, Any]) -> AsyncIterator[Party]:
    async with AsyncClient(
        transport=ASGITransport(app, raise_app_exceptions=False),
        base_url="http://waymark.test",
        headers={"Authorization": f"Bearer {client['api_key']}"},
        event_hooks={"response": [as_declared]},
    ) as http:
        yield Party(
            UUID(client["organisation_id"]),
            client["organisation"],
            OrganisationKind(client["kind"]),
            UUID(client["client_id"]),
            client["api_key"],
            client["client_secret"],
            http,
        )
