"""The sandbox's organisations with their API clients, and each as a caller of the services."""

import json
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.scopes import Scope
from app.models.organisations import Organisation, OrganisationKind
from app.services.api_clients import create_client
from app.services.onboarding import NewOrganisation, open_organisation

_READS = {scope for scope in Scope if scope.value.endswith(":read")} | {Scope.SANDBOX}
SCOPES: dict[OrganisationKind, frozenset[Scope]] = {
    OrganisationKind.COUNCIL: frozenset(Scope) - {Scope.ATTENDANCE_WRITE},
    OrganisationKind.SCHOOL: frozenset(
        _READS
        | {
            Scope.PUPILS_READ_UPN,
            Scope.PUPILS_WRITE,
            Scope.REFERRALS_WRITE,
            Scope.PLACEMENTS_WRITE,
            Scope.AGREEMENTS_WRITE,
            Scope.ALERTS_WRITE,
            Scope.REPORTS_WRITE,
            Scope.TOOLKIT_WRITE,
            Scope.QA_WRITE,
            Scope.CALENDARS_WRITE,
            Scope.DIRECTORY_WRITE,
            Scope.CLIENTS_WRITE,
            Scope.IMPORTS_WRITE,
            Scope.ATTACHMENTS_WRITE,
        }
    ),
    OrganisationKind.PROVIDER: frozenset(
        _READS
        | {
            Scope.ATTENDANCE_WRITE,
            Scope.REFERRALS_WRITE,
            Scope.PLACEMENTS_WRITE,
            Scope.AGREEMENTS_WRITE,
            Scope.ALERTS_WRITE,
            Scope.REPORTS_WRITE,
            Scope.QA_WRITE,
            Scope.TOOLKIT_WRITE,
            Scope.CALENDARS_WRITE,
            Scope.DIRECTORY_WRITE,
            Scope.FRAMEWORKS_WRITE,
            Scope.CLIENTS_WRITE,
            Scope.IMPORTS_WRITE,
            Scope.ATTACHMENTS_WRITE,
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """An organisation of the sandbox, with what its seed says of it."""

    organisation: Organisation
    client_id: UUID
    caller: Caller
    seed: dict[str, Any]

    async def speaks(self, session: AsyncSession) -> Caller:
        """The caller, after telling the database on whose behalf the next statements run."""
        await session.execute(
            text("select set_config('app.organisation', :id, true)"), {"id": str(self.organisation.id)}
        )
        return self.caller


@dataclass(frozen=True, slots=True)
class Inhabitants:
    councils: list[Inhabitant]
    schools: list[Inhabitant]
    providers: list[Inhabitant]

    @property
    def all(self) -> list[Inhabitant]:
        return [*self.councils, *self.schools, *self.providers]

    def schools_of(self, council: Inhabitant) -> list[Inhabitant]:
        return [s for s in self.schools if s.organisation.council_id == council.organisation.id]


def people() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(files("app.sandbox_data").joinpath("organisations.json").read_text())
    return document


async def settle(session: AsyncSession, sandbox_id: UUID, now: datetime) -> Inhabitants:
    """Opens every organisation of the sandbox with one API client each."""
    seed = people()
    councils, schools = [], []
    for entry in seed["councils"]:
        council = await _open(session, sandbox_id, now, OrganisationKind.COUNCIL, entry)
        councils.append(council)
        for name in entry["schools"]:
            school = {"name": name}
            council_id = council.organisation.id
            schools.append(await _open(session, sandbox_id, now, OrganisationKind.SCHOOL, school, council_id))
    providers = [await _open(session, sandbox_id, now, OrganisationKind.PROVIDER, entry) for entry in seed["providers"]]
    return Inhabitants(councils, schools, providers)


async def _open(
    session: AsyncSession,
    sandbox_id: UUID,
    now: datetime,
    kind: OrganisationKind,
    seed: dict[str, Any],
    council_id: UUID | None = None,
) -> Inhabitant:
    mailbox = seed["name"].lower().replace(" ", "-").replace("'", "")
    new = NewOrganisation(
        kind,
        seed["name"],
        council_id,
        published=kind is OrganisationKind.PROVIDER,
        safeguarding_email=f"safeguarding@{mailbox}.example",
        phone="01632 960123",
    )
    organisation = await open_organisation(session, new, now, sandbox_id)
    client = await create_client(session, organisation.id, f"{seed['name']} system", SCOPES[kind])
    caller = Caller(
        organisation_id=organisation.id,
        kind=kind,
        organisation_name=organisation.name,
        client_id=client.id,
        client_name=client.name,
        scopes=SCOPES[kind],
        sandbox_id=sandbox_id,
        now=now,
        request_id="sandbox-seed",
    )
    return Inhabitant(organisation, client.id, caller, seed)
