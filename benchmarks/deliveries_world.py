"""Two councils with their schools and settings, whose children have names that occur once, and what they do over HTTP.

A request that got no answer is sent again with the same Idempotency-Key, as a careful client does.
"""

import asyncio
import string
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import httpx

from app.access.assembly import environment_of, pepper_of
from app.access.keys import CredentialKind
from app.access.scopes import Scope
from app.db.engine import make_engine, make_sessions
from app.models.organisations import OrganisationKind
from app.services.api_clients import Minting, create_client, issue_credential
from app.services.onboarding import NewOrganisation, open_organisation, open_sandbox
from app.settings import Settings

STANDS_AT = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
NORTH_SCHOOLS = ("well", "erring", "slow", "hanging", "refusing", "redirecting", "gone", "breaking")
REFUSED_SCHOOL = "erring"
"""The school whose address the mail server refuses."""
PATIENCE_SECONDS = 90

CALENDAR = {
    "name": "2026/27",
    "half_terms": [
        {"term": "autumn", "half": 2, "first": "2026-11-02", "last": "2026-12-18"},
        {"term": "spring", "half": 1, "first": "2027-01-04", "last": "2027-02-12"},
        {"term": "spring", "half": 2, "first": "2027-02-22", "last": "2027-03-25"},
    ],
    "closures": [],
}
HOURS = {"am": {"starts_at": "09:00", "ends_at": "12:00"}, "pm": {"starts_at": "13:00", "ends_at": "15:00"}}
TIMETABLE = [
    {"weekday": weekday, "session": session, **hours}
    for weekday in ("monday", "tuesday", "wednesday", "thursday", "friday")
    for session, hours in HOURS.items()
]


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    id: str
    email: str
    api_key: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A placement with its parties, and the one name by which its child is known in an email."""

    id: str
    child: str
    council: Party
    school: Party
    provider: Party

    @property
    def parties(self) -> tuple[Party, Party, Party]:
        return self.council, self.school, self.provider


@dataclass
class World:
    http: httpx.AsyncClient
    parties: Mapping[str, Party]
    placements: list[Placed] = field(default_factory=list)
    answered: int = 0
    unanswered: int = 0
    again: int = 0
    _calendars: dict[str, str] = field(default_factory=dict)
    _names: Iterator[str] = field(default_factory=lambda: map("".join, product(string.ascii_lowercase, repeat=4)))

    async def ask(
        self, party: Party, method: str, path: str, body: object = None, etag: str | None = None
    ) -> httpx.Response:
        """The answer, after as many tries as it takes. Raises TimeoutError once they have taken too long."""
        headers = {"Authorization": f"Bearer {party.api_key}"}
        headers |= {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        headers |= {"If-Match": etag} if etag else {}
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                answer = await self.http.request(method, path, json=body, headers=headers)
                if answer.status_code < 500 and answer.status_code != 429:
                    self.answered += 1
                    return answer
            except httpx.TransportError:
                pass
            self.again += 1
            await asyncio.sleep(0.5)
        self.unanswered += 1
        raise TimeoutError(f"{method} {path} was not answered")

    async def read(self, party: Party, path: str, **params: Any) -> dict[str, Any]:
        answer = await self.ask(party, "GET", str(httpx.URL(path, params=params)) if params else path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def post(self, party: Party, path: str, body: object = None) -> httpx.Response:
        return await self.ask(party, "POST", path, body)

    async def act(self, party: Party, path: str, verb: str, body: object = None) -> httpx.Response:
        """POST to `path/verb` with the ETag of a fresh read."""
        etag = (await self.ask(party, "GET", path)).headers.get("ETag")
        return await self.ask(party, "POST", f"{path}/{verb}", body, etag)

    async def pages(self, party: Party, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every item of a list."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self.read(party, path, limit=200, **params, **cursor)
            found += page["items"]
            if not page.get("more", bool(page["next_cursor"])):
                return found
            cursor = {"cursor": page["next_cursor"]}

    async def place(self, school_name: str) -> tuple[Placed, str]:
        """A new placement of a new child, accepted; and its path."""
        side = "south" if school_name.startswith("south") else "north"
        council, school = self.parties[f"{side} council"], self.parties[school_name]
        provider = self.parties[f"{side} setting"]
        child = f"Qu{next(self._names)}"
        born = {"given_name": "Robin", "family_name": child, "date_of_birth": "2012-03-04"}
        pupil = _created(await self.post(council, "/v1/pupils", born))
        body = {
            "pupil_id": pupil["id"],
            "provider_id": provider.id,
            "host_school_id": school.id,
            "spot_purchase": True,
            "calendar_id": await self._calendar(council),
            "tier": "time_limited",
            "primary_reason": "at_risk_of_exclusion",
            "pattern": "full_time",
            "objectives": ["Attend every morning"],
            "intended_next_step": "Return to school",
            "starts_on": "2026-11-02",
            "planned_end_on": "2027-02-12",
            "timetable": TIMETABLE,
        }
        placement = _created(await self.post(council, "/v1/placements", body))["id"]
        path = f"/v1/placements/{placement}"
        accepted = await self.act(provider, path, "acceptance")
        assert accepted.status_code == 200, accepted.text
        placed = Placed(placement, child, council, school, provider)
        self.placements.append(placed)
        return placed, path

    async def _calendar(self, council: Party) -> str:
        if council.name not in self._calendars:
            self._calendars[council.name] = _created(await self.post(council, "/v1/calendars", CALENDAR))["id"]
        return self._calendars[council.name]


def _created(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def open_world(owner_url: str, settings: Settings) -> dict[str, Party]:
    """The organisations by name, each with a key of every scope, in a sandbox that stands at a Tuesday afternoon."""
    engine = make_engine(owner_url, settings)
    opened: dict[str, Party] = {}
    async with make_sessions(engine)() as session:
        sandbox = await open_sandbox(session, "an hour of deliveries", STANDS_AT)
        minting = Minting(environment_of(settings), pepper_of(settings))
        north = [("council", "north council"), *(("school", name) for name in NORTH_SCHOOLS)]
        south = [("council", "south council"), ("school", "south school")]
        for side, those in (("north", north), ("south", south)):
            council: UUID | None = None
            for kind, name in [*those, ("provider", f"{side} setting")]:
                email = f"{'refused' if name == REFUSED_SCHOOL else 'dsl'}.{name.replace(' ', '.')}@example.org"
                of = council if kind == "school" else None
                new = NewOrganisation(OrganisationKind(kind), name, of, published=True, safeguarding_email=email)
                organisation = await open_organisation(session, new, STANDS_AT, sandbox.id)
                council = organisation.id if kind == "council" else council
                client = await create_client(session, organisation.id, f"{name} MIS", frozenset(Scope))
                key = await issue_credential(session, client, CredentialKind.API_KEY, minting)
                opened[name] = Party(name, str(organisation.id), email, key.plain)
        await session.commit()
    await engine.dispose()
    return opened
