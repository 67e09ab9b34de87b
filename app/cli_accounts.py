"""`waymark clients` and `waymark organisations`: who may call, and for whom."""

from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.assembly import environment_of, pepper_of
from app.access.keys import CredentialKind
from app.access.scopes import Scope
from app.cli_database import in_database
from app.cli_saying import print_table, refuse
from app.clock import utc_now
from app.models.organisations import OrganisationKind
from app.queries import administration
from app.services import api_clients, onboarding
from app.settings import settings

clients = typer.Typer(help="API clients and their keys, of any organisation.", no_args_is_help=True)
organisations = typer.Typer(help="Councils, schools and providers.", no_args_is_help=True)


@clients.command("list")
def list_clients(
    organisation: Annotated[UUID | None, typer.Option(help="Only this organisation's.")] = None,
) -> None:
    """List clients with the number of their keys."""

    async def rows(session: AsyncSession) -> list[tuple[str, ...]]:
        found = await administration.all_clients(session, organisation)
        return [
            (str(c.id), o.name, c.name, "revoked" if c.revoked_at else "live", " ".join(c.scopes)) for c, o in found
        ]

    print_table(("ID", "ORGANISATION", "NAME", "STATE", "SCOPES"), in_database(rows))


@clients.command("create")
def create_client(
    organisation: Annotated[UUID, typer.Argument(help="The organisation's id.")],
    name: str,
    scope: Annotated[list[Scope], typer.Option(help="Give it once for each scope.")],
    address: Annotated[list[str] | None, typer.Option(help="Address or network it may call from.")] = None,
) -> None:
    """Create a client. Add a key to use it."""
    try:
        networks = [str(ip_network(each)) for each in address or ()] or None
    except ValueError:
        refuse("--address takes an address or a network in CIDR notation without host bits.")

    async def create(session: AsyncSession) -> UUID:
        owner = await administration.any_organisation(session, organisation)
        return (await api_clients.create_client(session, owner.id, name, frozenset(scope), networks)).id

    print(in_database(create))


@clients.command("add-key")
def add_key(
    client: UUID,
    kind: Annotated[CredentialKind, typer.Option(help="What to add.")] = CredentialKind.API_KEY,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Its life; without, it does not expire.")] = None,
) -> None:
    """Add a key beside the one in use, and print it, this once."""
    minting = api_clients.Minting(environment_of(settings()), pepper_of(settings()))

    async def issue(session: AsyncSession) -> tuple[UUID, str]:
        holder = await administration.any_client(session, client)
        life = timedelta(days=days) if days else None
        issued = await api_clients.issue_credential(session, holder, kind, minting, life)
        return issued.credential.id, issued.plain

    key_id, plain = in_database(issue)
    print(f"{key_id}  {plain}")


@clients.command("revoke-key")
def revoke_key(client: UUID, key: UUID) -> None:
    """Revoke one key and every token exchanged for it, at once."""

    async def revoke(session: AsyncSession) -> None:
        holder = await administration.any_client(session, client)
        api_clients.revoke_credential(holder, await administration.any_credential(session, client, key), utc_now())

    in_database(revoke)


@clients.command("revoke")
def revoke_client(client: UUID) -> None:
    """Revoke a client with all its keys and tokens, at once."""

    async def revoke(session: AsyncSession) -> None:
        api_clients.revoke_client(await administration.any_client(session, client), utc_now())

    in_database(revoke)


@organisations.command("list")
def list_organisations() -> None:
    """List every organisation."""

    async def rows(session: AsyncSession) -> list[tuple[str, ...]]:
        found = await administration.all_organisations(session)
        return [(str(o.id), o.kind.value, o.name, "sandbox" if o.sandbox_id else "live") for o in found]

    print_table(("ID", "KIND", "NAME", "WORLD"), in_database(rows))


@organisations.command("create")
def create_organisation(
    kind: OrganisationKind,
    name: str,
    council: Annotated[UUID | None, typer.Option(help="A school's council.")] = None,
    safeguarding_email: Annotated[str | None, typer.Option(help="Where alerts go.")] = None,
    phone: Annotated[str | None, typer.Option(help="Whom to ring about an alert.")] = None,
) -> None:
    """Open an organisation."""
    new = onboarding.NewOrganisation(kind, name, council, safeguarding_email=safeguarding_email, phone=phone)

    async def create(session: AsyncSession) -> UUID:
        return (await onboarding.open_organisation(session, new, utc_now())).id

    print(in_database(create))
