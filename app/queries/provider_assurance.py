"""What ties a caller to a provider's certificates and confirmations, and for how long they are good."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from app.access.caller import Caller
from app.models.frameworks import LotAward
from app.models.lot_applications import LotApplication
from app.models.organisations import Organisation
from app.models.placements import Placement, PlacementViewer
from app.queries.placements import visible_placements
from app.rules.placements import PlacementState
from app.rules.provider_assurance import DAYS_AHEAD, AssuranceState, Cover, InsuranceKind

Days = tuple[SQLCoreOperations[date], SQLCoreOperations[date]]
"""First and last day, as columns."""

_COVER = text("select kind, first_day, last_day from cover_of(:provider_id)")


def concerns(caller: Caller, provider_id: SQLCoreOperations[UUID]) -> ColumnElement[bool]:
    """Whether a provider's assurances are the caller's business.

    The provider itself; the councils that awarded it a lot, registered it or have its application; and whoever sees a
    placement with it. Row security says the same.
    """
    me = caller.organisation_id
    return or_(
        provider_id == me,
        exists().where(col(LotAward.provider_id) == provider_id, col(LotAward.council_id) == me),
        exists().where(col(Organisation.id) == provider_id, col(Organisation.registered_by_id) == me),
        exists().where(col(LotApplication.provider_id) == provider_id, col(LotApplication.council_id) == me),
        exists().where(
            col(Placement.provider_id) == provider_id,
            col(PlacementViewer.placement_id) == col(Placement.id),
            col(PlacementViewer.organisation_id) == me,
        ),
    )


async def covers_of(caller: Caller, session: AsyncSession, provider_id: UUID) -> list[Cover]:
    """The days for which a provider of the caller's world is or was insured, and its newest confirmation is good.

    Days alone, and for callers who may see no certificate: what a refusal of a placement must be able to say.
    """
    rows = await session.execute(_COVER, {"provider_id": provider_id})
    return [Cover(row.kind and InsuranceKind(row.kind), row.first_day, row.last_day) for row in rows]


async def standing_placements_with(caller: Caller, session: AsyncSession) -> list[UUID]:
    """The accepted placements with the calling provider that have not ended: their viewers are told of it."""
    statement = visible_placements(caller).where(
        col(Placement.provider_id) == caller.organisation_id,
        col(Placement.state) == PlacementState.ACCEPTED,
        col(Placement.ends_on) >= caller.today,
    )
    return list(await session.scalars(statement.with_only_columns(col(Placement.id))))


def in_state(
    state: AssuranceState,
    days: Days,
    today: date,
    superseded: ColumnElement[bool],
    withdrawn: ColumnElement[bool],
) -> ColumnElement[bool]:
    """Whether first and last day make this state today: the same answer as `rules.provider_assurance`."""
    first_day, last_day = days
    standing = and_(~withdrawn, ~superseded)
    near = today + timedelta(days=DAYS_AHEAD)
    return {
        AssuranceState.WITHDRAWN: withdrawn,
        AssuranceState.SUPERSEDED: and_(~withdrawn, superseded),
        AssuranceState.UPCOMING: and_(standing, first_day > today),
        AssuranceState.LAPSED: and_(standing, first_day <= today, last_day < today),
        AssuranceState.EXPIRING: and_(standing, first_day <= today, last_day.between(today, near)),
        AssuranceState.CURRENT: and_(standing, first_day <= today, last_day > near),
    }[state]


def turned_between(days: Days, first: date, today: date) -> ColumnElement[bool]:
    """Whether time alone gave it another state on one of these days: it began, came near its end, or lapsed."""
    first_day, last_day = days
    ahead = timedelta(days=DAYS_AHEAD)
    return or_(
        first_day.between(first, today),
        last_day.between(first + ahead, today + ahead),
        last_day.between(first - timedelta(days=1), today - timedelta(days=1)),
    )
