"""The directory: which organisations a caller may find.

Councils and schools are found by every caller. A provider is found when it has published its entry, by itself, by the
council that registered it, by the councils on whose frameworks it stands or has applied to, and by whoever sees a
placement with it: row security says the same, and is what a forgotten condition here falls back on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.frameworks import LotAward
from app.models.lot_applications import LotApplication
from app.models.organisations import Identifier, Organisation, OrganisationKind, Site
from app.models.placements import Placement, PlacementViewer
from app.problems import NotFound


@dataclass(frozen=True, slots=True)
class Entry:
    """An organisation with what hangs on it."""

    organisation: Organisation
    identifiers: Sequence[Identifier]
    sites: Sequence[Site]


def visible_organisations(caller: Caller, kind: OrganisationKind) -> Select[Organisation]:
    found = select(Organisation).where(
        col(Organisation.kind) == kind,
        col(Organisation.sandbox_id).is_not_distinct_from(caller.sandbox_id),
    )
    return found.where(_may_find_provider(caller)) if kind is OrganisationKind.PROVIDER else found


def _may_find_provider(caller: Caller) -> ColumnElement[bool]:
    me, provider_id = caller.organisation_id, col(Organisation.id)
    awarded = exists().where(col(LotAward.provider_id) == provider_id, col(LotAward.council_id) == me)
    applied = exists().where(col(LotApplication.provider_id) == provider_id, col(LotApplication.council_id) == me)
    placed_with = exists().where(
        col(Placement.provider_id) == provider_id,
        col(PlacementViewer.placement_id) == col(Placement.id),
        col(PlacementViewer.organisation_id) == me,
    )
    return or_(
        col(Organisation.published),
        provider_id == me,
        col(Organisation.registered_by_id) == me,
        awarded,
        applied,
        placed_with,
    )


async def visible_organisation(
    caller: Caller,
    session: AsyncSession,
    kind: OrganisationKind,
    organisation_id: UUID,
    *,
    lock: bool = False,
) -> Organisation:
    """Raises NotFound."""
    statement = visible_organisations(caller, kind).where(col(Organisation.id) == organisation_id)
    if lock:
        statement = statement.with_for_update(of=Organisation)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def entries(session: AsyncSession, organisations: Sequence[Organisation]) -> list[Entry]:
    """The organisations with their identifiers and sites, in two queries however many they are."""
    ids = [o.id for o in organisations]
    identifiers = (
        await session.scalars(
            select(Identifier).where(col(Identifier.organisation_id).in_(ids)).order_by(col(Identifier.scheme))
        )
    ).all()
    sites = (
        await session.scalars(select(Site).where(col(Site.organisation_id).in_(ids)).order_by(col(Site.name)))
    ).all()
    return [
        Entry(
            each,
            [i for i in identifiers if i.organisation_id == each.id],
            [s for s in sites if s.organisation_id == each.id],
        )
        for each in organisations
    ]


async def sites_of(session: AsyncSession, organisation_id: UUID) -> Sequence[Site]:
    statement = select(Site).where(col(Site.organisation_id) == organisation_id).order_by(col(Site.name))
    return (await session.scalars(statement)).all()


async def is_council(session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether a party to a placement is a council."""
    statement = select(col(Organisation.kind)).where(col(Organisation.id) == organisation_id)
    return (await session.scalars(statement)).one() is OrganisationKind.COUNCIL
