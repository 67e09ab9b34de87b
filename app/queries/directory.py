"""The directory: which organisations a caller may find.

Councils and schools are found by every caller. A provider is found by itself, by the council that registered it, by
every council that ever awarded it a lot or was asked for one, and by whoever sees a placement with it; published to
everyone, by every caller; published to the councils' schools, by the schools of a council whose award to it has not
ended. Row security says the same, and is what a forgotten condition here falls back on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.frameworks import LotAward
from app.models.lot_applications import LotApplication
from app.models.organisations import Identifier, Organisation, OrganisationKind, Site
from app.models.placements import Placement, PlacementViewer
from app.problems import NotFound
from app.rules.identifiers import IdentifierScheme, canonical_identifier


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
    awards = select(col(LotAward.provider_id))
    my_council = select(col(Organisation.council_id)).where(col(Organisation.id) == me).scalar_subquery()
    standing_with_my_council = awards.where(
        col(LotAward.council_id) == my_council, col(LotAward.ends_on) >= caller.today
    )
    # The offset of nothing has each placement of the provider looked up among the caller's, never all of the caller's.
    mine = select(col(PlacementViewer.placement_id)).where(
        col(PlacementViewer.placement_id) == col(Placement.id), col(PlacementViewer.organisation_id) == me
    )
    applied = exists().where(col(LotApplication.provider_id) == provider_id, col(LotApplication.council_id) == me)
    placed_with = exists().where(
        col(Placement.provider_id) == provider_id, mine.correlate(Placement).offset(0).exists()
    )
    return or_(
        col(Organisation.published),
        provider_id == me,
        col(Organisation.registered_by_id) == me,
        and_(col(Organisation.published_to_schools), provider_id.in_(standing_with_my_council)),
        provider_id.in_(awards.where(col(LotAward.council_id) == me)),
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
    """Raises NotFound. Locked, as it is now, and only where the caller may write it."""
    statement = visible_organisations(caller, kind).where(col(Organisation.id) == organisation_id)
    if lock:
        statement = statement.with_for_update(of=Organisation).execution_options(populate_existing=True)
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


async def identifiers_of(session: AsyncSession, organisation_id: UUID) -> Sequence[Identifier]:
    """Of an organisation that the caller was shown to find."""
    statement = select(Identifier).where(col(Identifier.organisation_id) == organisation_id)
    return (await session.scalars(statement.order_by(col(Identifier.scheme)))).all()


async def keeps_its_own_entry(session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether an organisation that the caller registered has an API client of its own by now.

    Also true of every organisation that the caller did not register: it tells nothing of those.
    """
    return bool(await session.scalar(select(func.keeps_its_own_entry(organisation_id))))


def with_identifier(statement: Select[Organisation], scheme: IdentifierScheme, value: str) -> Select[Organisation]:
    """Only the organisations that have this identifier, written in whichever lawful way."""
    named = exists().where(
        col(Identifier.organisation_id) == col(Organisation.id),
        col(Identifier.scheme) == scheme,
        col(Identifier.value) == canonical_identifier(scheme, value),
    )
    return statement.where(named)


async def sites_of(session: AsyncSession, organisation_id: UUID) -> Sequence[Site]:
    statement = select(Site).where(col(Site.organisation_id) == organisation_id).order_by(col(Site.name))
    return (await session.scalars(statement)).all()


async def is_council(session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether a party to a placement is a council."""
    statement = select(col(Organisation.kind)).where(col(Organisation.id) == organisation_id)
    return (await session.scalars(statement)).one() is OrganisationKind.COUNCIL
