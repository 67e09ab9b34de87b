"""Early departures as a caller may see them: of placements that it saw on that day."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.early_departures import EarlyDeparture, ParentalConsent
from app.problems import NotFound
from app.queries.placements import may_see_on, visible_placement_ids
from app.rules.early_departures import STANDING, EarlyDepartureState

NOT_GIVEN_UP = (*STANDING, EarlyDepartureState.DEPARTED)


def visible_early_departures(caller: Caller) -> Select[EarlyDeparture]:
    return select(EarlyDeparture).where(
        col(EarlyDeparture.placement_id).in_(visible_placement_ids(caller)),
        may_see_on(caller, col(EarlyDeparture.placement_id), col(EarlyDeparture.on_date)),
    )


async def visible_early_departure(
    caller: Caller, session: AsyncSession, early_departure_id: UUID, *, lock: bool = False
) -> EarlyDeparture:
    """Raises NotFound. Lock the placement before the departure."""
    statement = visible_early_departures(caller).where(col(EarlyDeparture.id) == early_departure_id)
    if lock:
        statement = statement.with_for_update(of=EarlyDeparture).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


def with_state(caller: Caller, statement: Select[EarlyDeparture], state: EarlyDepartureState) -> Select[EarlyDeparture]:
    """Only those in this state now: the same answer as `rules.early_departures.early_departure_state`."""
    stored, lapsed = col(EarlyDeparture.state) == state, _lapsed(caller)
    if state is EarlyDepartureState.LAPSED:
        return statement.where(or_(stored, lapsed))
    return statement.where(stored, ~lapsed)


def changed_since(caller: Caller, statement: Select[EarlyDeparture], since: datetime) -> Select[EarlyDeparture]:
    """Those changed, or lapsed by the mere passing of time, since an instant."""
    lapsed_since = and_(_lapsed(caller), col(EarlyDeparture.leaving_at) >= since)
    return statement.where(or_(col(EarlyDeparture.changed_at) >= since, lapsed_since))


async def departures_on(
    caller: Caller, session: AsyncSession, placement_id: UUID, day: date
) -> Sequence[EarlyDeparture]:
    """All that were asked for on a day, the latest last; of those asked for at one instant, what still stands."""
    statement = (
        visible_early_departures(caller)
        .where(col(EarlyDeparture.placement_id) == placement_id, col(EarlyDeparture.on_date) == day)
        .order_by(col(EarlyDeparture.created_at), col(EarlyDeparture.state).in_(NOT_GIVEN_UP), col(EarlyDeparture.id))
    )
    return (await session.scalars(statement)).all()


async def standing_departures_after(
    caller: Caller, session: AsyncSession, placement_id: UUID, day: date
) -> Sequence[EarlyDeparture]:
    """The requests and agreed departures of days after this one, locked. The placement is locked already."""
    statement = (
        visible_early_departures(caller)
        .where(
            col(EarlyDeparture.placement_id) == placement_id,
            col(EarlyDeparture.on_date) > day,
            col(EarlyDeparture.state).in_(STANDING),
        )
        .order_by(col(EarlyDeparture.on_date), col(EarlyDeparture.id))
        .with_for_update(of=EarlyDeparture)
    )
    return (await session.scalars(statement)).all()


async def consents_of(
    caller: Caller, session: AsyncSession, ids: Collection[UUID]
) -> Mapping[UUID, Sequence[ParentalConsent]]:
    """What parents answered to these departures, by the departure's id, in the order recorded."""
    statement = (
        select(ParentalConsent)
        .where(
            col(ParentalConsent.early_departure_id).in_(ids),
            col(ParentalConsent.placement_id).in_(visible_placement_ids(caller)),
        )
        .order_by(col(ParentalConsent.recorded_at), col(ParentalConsent.id))
    )
    found: defaultdict[UUID, list[ParentalConsent]] = defaultdict(list)
    for each in (await session.scalars(statement)).all():
        found[each.early_departure_id].append(each)
    return found


def _lapsed(caller: Caller) -> ColumnElement[bool]:
    return and_(
        col(EarlyDeparture.state) == EarlyDepartureState.REQUESTED, col(EarlyDeparture.leaving_at) <= caller.now
    )
