"""`waymark`: what an operator does from the command line, by the services that the API uses."""

import runpy
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app import cli_accounts, cli_imports
from app.attachments.store import AttachmentStore
from app.cli_database import in_database, owner_url
from app.cli_saying import check_contract, print_findings, print_table, refuse
from app.clock import london_day, utc_now
from app.db import migrate
from app.queries import administration
from app.queries.audit_seals import unsealed_entries
from app.services import attachments_checking, audit_seals
from app.settings import Settings, settings
from app.telemetry.logs import configure_logging

CONTRACT = migrate.PROJECT / "openapi" / "openapi.json"
SEALED_WITHIN_SECONDS = 60
T = TypeVar("T")

main = typer.Typer(
    name="waymark", help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
audit = typer.Typer(help="The record of who did or saw what.", no_args_is_help=True)
main.add_typer(audit, name="audit")
main.add_typer(cli_accounts.clients, name="clients")
main.add_typer(cli_accounts.organisations, name="organisations")
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
    migrate.upgrade(owner_url())


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

    print_table(("COUNCIL", "PROVIDER", "EXPECTED", "DUE", "RECEIVED", "MISSING"), in_database(rows))


@main.command("check-attachments")
def check_attachments(
    erase_orphans: Annotated[bool, typer.Option("--erase-orphans", help="Erase what none leads to for a day.")] = False,
) -> None:
    """Read every attachment through, and name those whose content is missing or damaged."""

    async def checked(session: AsyncSession) -> attachments_checking.Findings:
        store = AttachmentStore(settings())
        return await attachments_checking.check_attachments(session, store, utc_now(), erase_orphans=erase_orphans)

    print_findings(in_database(checked), erased=erase_orphans)


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

    bad, unsealed, oldest = in_database(verified)
    if bad is not None:
        where = f"entry {bad.entry_id}" if bad.entry_id is not None else "the seal itself"
        refuse(f"{bad.fault}: {where}, under seal {bad.seal_number} of organisation {bad.organisation_id}.")
    print("Every sealed entry is as it was sealed.")
    if oldest is not None:
        age = (utc_now() - oldest).total_seconds()
        late = " The worker seals within seconds: see whether it runs." if age > SEALED_WITHIN_SECONDS else ""
        print(f"Not sealed yet: {unsealed}, the oldest for {age:.0f} s.{late}")


def _application() -> FastAPI:
    """The application with every router, the sandbox's included; it needs no database."""
    from app.main import create_app

    return create_app(Settings(environment="sandbox", database_url="postgresql+psycopg://"))


if __name__ == "__main__":
    main()
