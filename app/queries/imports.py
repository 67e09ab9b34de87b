"""Imports of the caller's own organisation, and what their rows are recognised by."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.calendars import Calendar
from app.models.frameworks import Framework, Lot
from app.models.imports import Import, ImportRow
from app.models.organisations import Organisation, OrganisationKind, Sandbox
from app.models.placements import Placement
from app.models.pupils import Pupil
from app.problems import NotFound
from app.queries.calendars import visible_calendars
from app.queries.directory import visible_organisations
from app.queries.frameworks import visible_lots
from app.queries.placements import visible_placements
from app.queries.pupils import visible_pupils
from app.rules.imports import ImportKind, ImportState, RowState
from app.rules.placements import PlacementState

_AT_WORK = (ImportState.WAITING, ImportState.RUNNING)


def visible_imports(caller: Caller) -> Select[Import]:
    return select(Import).where(col(Import.organisation_id) == caller.organisation_id)


async def visible_import(caller: Caller, session: AsyncSession, import_id: UUID, *, lock: bool = False) -> Import:
    """Raises NotFound."""
    statement = visible_imports(caller).where(col(Import.id) == import_id)
    found = (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


def rows_of(caller: Caller, import_id: UUID) -> Select[ImportRow]:
    """The rows of an import that the caller was shown to see."""
    return select(ImportRow).where(
        col(ImportRow.import_id) == import_id, col(ImportRow.organisation_id) == caller.organisation_id
    )


async def imports_due(session: AsyncSession) -> Sequence[Row[Any]]:
    """Every import with rows still to be done, those first that have waited longest. For the worker.

    Each with the organisation and client that it is done for, and where the organisation's clock stands.
    """
    statement: Any = (
        select(
            col(Import.id),
            col(Import.organisation_id),
            col(Import.client_id),
            col(Import.kind),
            col(Import.on_behalf_of),
            col(Organisation.kind).label("organisation_kind"),
            col(Organisation.name).label("organisation_name"),
            col(Organisation.council_id),
            col(Organisation.sandbox_id),
            col(Sandbox.stands_at),
        )
        .join(Organisation, col(Organisation.id) == col(Import.organisation_id))
        .outerjoin(Sandbox, col(Sandbox.id) == col(Organisation.sandbox_id))
        .where(col(Import.state).in_(_AT_WORK))
        .order_by(col(Import.changed_at), col(Import.id))
    )
    found: Sequence[Row[Any]] = (await session.execute(statement)).all()
    return found


async def import_at_work(caller: Caller, session: AsyncSession, import_id: UUID) -> Import | None:
    """The import, locked until the batch ends; None where another worker has it, or it is over."""
    statement = visible_imports(caller).where(col(Import.id) == import_id, col(Import.state).in_(_AT_WORK))
    return (await session.scalars(statement.with_for_update(skip_locked=True))).one_or_none()


async def alone_with_kind(caller: Caller, session: AsyncSession, kind: ImportKind) -> bool:
    """Whether no other import of this kind of the organisation's is at work; held until the transaction ends.

    Two that add the same would otherwise not see each other's rows.
    """
    key = func.hashtextextended(f"import {caller.organisation_id} {kind.value}", 0)
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(key))))


async def next_rows(caller: Caller, session: AsyncSession, import_id: UUID, units: int) -> Sequence[ImportRow]:
    """The rows that wait, of so many units at most, in the order of the file."""
    waiting = rows_of(caller, import_id).where(col(ImportRow.state) == RowState.WAITING)
    first = waiting.with_only_columns(col(ImportRow.unit)).distinct().order_by(col(ImportRow.unit)).limit(units)
    ordered = waiting.where(col(ImportRow.unit).in_(first)).order_by(col(ImportRow.unit), col(ImportRow.line))
    return (await session.scalars(ordered)).all()


async def organisations_named(
    caller: Caller, session: AsyncSession, kinds: Collection[OrganisationKind], name: str
) -> Sequence[Organisation]:
    """The organisations of these kinds that have this name, in whichever case; two at most."""
    found: list[Organisation] = []
    for kind in kinds:
        named = visible_organisations(caller, kind).where(func.lower(col(Organisation.name)) == name.lower())
        found += (await session.scalars(named.limit(2))).all()
    return found


async def provider_kept(caller: Caller, session: AsyncSession, name: str) -> Sequence[Organisation]:
    """The providers of this name that the caller registered."""
    named = visible_organisations(caller, OrganisationKind.PROVIDER).where(
        col(Organisation.registered_by_id) == caller.organisation_id, func.lower(col(Organisation.name)) == name.lower()
    )
    return (await session.scalars(named.limit(2))).all()


async def pupils_with_upn(caller: Caller, session: AsyncSession, upn: str) -> Sequence[Pupil]:
    """The records of a child by its UPN, the caller's own first."""
    own = col(Pupil.registered_by_id) == caller.organisation_id
    found = visible_pupils(caller).where(col(Pupil.upn) == upn).order_by(own.desc(), col(Pupil.id))
    return (await session.scalars(found)).all()


async def pupils_registered_as(
    caller: Caller, session: AsyncSession, given_name: str, family_name: str, born: date
) -> Sequence[Pupil]:
    """The pupils of these names and this birthday that the caller registered."""
    named = visible_pupils(caller).where(
        col(Pupil.registered_by_id) == caller.organisation_id,
        func.lower(col(Pupil.given_name)) == given_name.lower(),
        func.lower(col(Pupil.family_name)) == family_name.lower(),
        col(Pupil.date_of_birth) == born,
    )
    return (await session.scalars(named.order_by(col(Pupil.id)))).all()


async def placement_begun(
    caller: Caller, session: AsyncSession, pupil_id: UUID, provider_id: UUID, starts_on: date
) -> Placement | None:
    """The caller's placement of a child with a provider from a day on, proposed or accepted."""
    statement = visible_placements(caller).where(
        col(Placement.pupil_id) == pupil_id,
        col(Placement.provider_id) == provider_id,
        col(Placement.commissioner_id) == caller.organisation_id,
        col(Placement.starts_on) == starts_on,
        col(Placement.state).in_([PlacementState.PROPOSED, PlacementState.ACCEPTED]),
    )
    return (await session.scalars(statement.order_by(col(Placement.id)).limit(1))).one_or_none()


async def calendars_named(
    caller: Caller, session: AsyncSession, name: str, owners: Collection[UUID]
) -> Sequence[Calendar]:
    """The calendars of this name that one of `owners` publishes."""
    named = visible_calendars(caller).where(col(Calendar.owner_id).in_(owners), col(Calendar.name) == name)
    return (await session.scalars(named.order_by(col(Calendar.id)).limit(2))).all()


async def own_calendars_named(caller: Caller, session: AsyncSession, name: str) -> Sequence[Calendar]:
    """The caller's own calendars of this name, locked."""
    named = visible_calendars(caller).where(
        col(Calendar.owner_id) == caller.organisation_id, col(Calendar.name) == name
    )
    return (await session.scalars(named.order_by(col(Calendar.id)).limit(2).with_for_update(of=Calendar))).all()


async def lots_numbered(caller: Caller, session: AsyncSession, framework: str, number: int) -> Sequence[Lot]:
    """The lots of this number under a framework of this name."""
    named = exists().where(col(Framework.id) == col(Lot.framework_id), col(Framework.name) == framework)
    statement = visible_lots(caller).where(named, col(Lot.number) == number)
    return (await session.scalars(statement.order_by(col(Lot.id)).limit(2))).all()
