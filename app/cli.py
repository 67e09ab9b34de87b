"""`waymark`: what an operator does from the command line, by the services that the API uses."""

import asyncio
import runpy
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app import cli_imports
from app.access.assembly import environment_of, pepper_of
from app.access.keys import CredentialKind
from app.access.scopes import Scope
from app.cli_saying import check_contract, print_table, refuse
from app.clock import london_day, utc_now
from app.db import migrate
from app.db.engine import make_engine, make_sessions
from app.models.organisations import OrganisationKind
from app.problems import Problem
from app.queries import administration
from app.queries.audit_seals import unsealed_entries
from app.services import api_clients, audit_seals, onboarding
from app.settings import Settings, settings
from app.telemetry.logs import configure_logging

CONTRACT = migrate.PROJECT / "openapi" / "openapi.json"
SEALED_WITHIN_SECONDS = 60
T = TypeVar("T")

main = typer.Typer(
    name="waymark", help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
clients = typer.Typer(help="API clients and their keys, of any organisation.", no_args_is_help=True)
organisations = typer.Typer(help="Councils, schools and providers.", no_args_is_help=True)
audit = typer.Typer(help="The record of who did or saw what.", no_args_is_help=True)
main.add_typer(audit, name="audit")
main.add_typer(clients, name="clients")
main.add_typer(organisations, name="organisations")
main.command("import")(cli_imports.import_file)
main.command("import-follow")(cli_imports.follow_import)
main.command("import-template")(cli_imports.print_template)


@main.command()
def run() -> None:
    """Start everything on this machine, with a sandbox of invented organisations."""
    from app import supervise

    raise SystemExit(supervise.main())


@main.command()
def worker() -> None:
    """Run the worker alone: deadlines, notifications, mails."""
    runpy.run_module("app.worker", run_name="__main__", alter_sys=True)


@main.command("migrate")
def migrate_() -> None:
    """Bring the database's tables up to this version."""
    configure_logging()
    migrate.upgrade(_owner_url())


@main.command("attendance-outstanding")
def attendance_outstanding(
    on_date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Today where none is given.")] = None,
) -> None:
    """Print what each live council's and provider's sessions owe now: figures, and no child."""
    now = utc_now()
    day = london_day(now) if on_date is None else on_date.date()

    async def rows(session: AsyncSession) -> list[tuple[str, ...]]:
        found = await administration.outstanding_everywhere(session, day, now)
        return [
            (r.council or "-", r.provider, str(r.expected), str(r.due), str(r.received), str(r.missing)) for r in found
        ]

    print_table(("COUNCIL", "PROVIDER", "EXPECTED", "DUE", "RECEIVED", "MISSING"), _in_database(rows))


@main.command()
def access() -> None:
    """Print what every operation needs of its caller."""
    from app.access.permission import access_table

    rows = [(r.method, r.path, r.scope, r.kinds or "-", r.operation) for r in access_table(_application())]
    print_table(("METHOD", "PATH", "SCOPE", "KINDS", "OPERATION"), rows)


@main.command()
def contract(
    check: Annotated[bool, typer.Option("--check", help="Fail where the committed contract is not this one.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write it.")] = False,
    file: Annotated[Path, typer.Option(help="Where the committed contract is.")] = CONTRACT,
) -> None:
    """Print the API's contract, check the committed one, or write it."""
    from app.web.contract import as_text

    generated = as_text(_application().openapi())
    if write:
        file.parent.mkdir(exist_ok=True)
        file.write_text(generated)
    elif check:
        check_contract(generated, file)
    else:
        print(generated, end="")


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

    print_table(("ID", "ORGANISATION", "NAME", "STATE", "SCOPES"), _in_database(rows))


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

    print(_in_database(create))


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

    key_id, plain = _in_database(issue)
    print(f"{key_id}  {plain}")


@clients.command("revoke-key")
def revoke_key(client: UUID, key: UUID) -> None:
    """Revoke one key and every token exchanged for it, at once."""

    async def revoke(session: AsyncSession) -> None:
        holder = await administration.any_client(session, client)
        api_clients.revoke_credential(holder, await administration.any_credential(session, client, key), utc_now())

    _in_database(revoke)


@clients.command("revoke")
def revoke_client(client: UUID) -> None:
    """Revoke a client with all its keys and tokens, at once."""

    async def revoke(session: AsyncSession) -> None:
        api_clients.revoke_client(await administration.any_client(session, client), utc_now())

    _in_database(revoke)


@organisations.command("list")
def list_organisations() -> None:
    """List every organisation."""

    async def rows(session: AsyncSession) -> list[tuple[str, ...]]:
        found = await administration.all_organisations(session)
        return [(str(o.id), o.kind.value, o.name, "sandbox" if o.sandbox_id else "live") for o in found]

    print_table(("ID", "KIND", "NAME", "WORLD"), _in_database(rows))


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

    print(_in_database(create))


@audit.command("verify")
def verify_audit(
    head: Annotated[
        list[str] | None, typer.Option(help="A head noted earlier, as ORGANISATION:NUMBER:DIGEST; any number of them.")
    ] = None,
) -> None:
    """Check every sealed entry against its chain; name the first that is not as it was sealed, and say what has no
    seal yet.
    """
    try:
        heads = [audit_seals.Head.parse(each) for each in head or ()]
    except ValueError:
        refuse("--head takes ORGANISATION:NUMBER:DIGEST, as the worker's log gives them in `audit_sealed`.")

    async def verified(session: AsyncSession) -> tuple[audit_seals.BadEntry | None, int, datetime | None]:
        return await audit_seals.verify(session, heads), *await unsealed_entries(session)

    bad, unsealed, oldest = _in_database(verified)
    if bad is not None:
        where = f"entry {bad.entry_id}" if bad.entry_id is not None else "the seal itself"
        refuse(f"{bad.fault}: {where}, under seal {bad.seal_number} of organisation {bad.organisation_id}.")
    print("Every sealed entry is as it was sealed.")
    if oldest is not None:
        age = (utc_now() - oldest).total_seconds()
        late = " The worker seals within seconds: see whether it runs." if age > SEALED_WITHIN_SECONDS else ""
        print(f"Not sealed yet: {unsealed}, the oldest for {age:.0f} s.{late}")


def _in_database(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Does `work` in one transaction of the owner's; a problem ends the command with its sentence."""
    url = _owner_url()

    async def in_transaction() -> T:
        engine = make_engine(url, settings())
        try:
            async with make_sessions(engine)() as session:
                done = await work(session)
                await session.commit()
                return done
        finally:
            await engine.dispose()

    configure_logging("WARNING")
    try:
        return asyncio.run(in_transaction())
    except Problem as problem:
        refuse(f"{problem.title}. {problem.detail}")


def _owner_url() -> str:
    """DATABASE_OWNER_URL, or the embedded server that a running `waymark run` has started here."""
    if settings().database_owner_url:
        return settings().database_owner_url
    from app.db.embedded import running_server_url
    from app.supervise import DATA_DIR

    found = running_server_url(DATA_DIR, "waymark")
    if found is None:
        refuse("Set DATABASE_OWNER_URL, or start the sandbox first with `make run`.")
    return found


def _application() -> FastAPI:
    """The application with every router, the sandbox's included; it needs no database."""
    from app.main import create_app

    return create_app(Settings(environment="sandbox", database_url="postgresql+psycopg://"))


if __name__ == "__main__":
    main()
