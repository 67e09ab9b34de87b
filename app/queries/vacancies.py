"""The places that are free under awards.

How many are taken is counted in the database (`places_taken`): who may see an award may see few of its placements.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, case, func, literal, select
from sqlalchemy import Uuid as UuidType
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.frameworks import LotAward
from app.queries.award_suspensions import suspended_on
from app.queries.lot_awards import visible_awards


def vacancies_on(caller: Caller, day: date) -> Select[Any]:
    """The places free on a day under every award that the caller may see, that holds then and is not suspended.

    Columns: `lot_award_id`, `lot_id`, `council_id`, `provider_id`, `capacity`, `vacancies`, `vacancies_declared`,
    `vacancies_declared_on`; a null number was never said. The same answer as `rules.lot_awards.vacancies`. As a
    subquery it filters a search: `select(vacancies_on(caller, day).subquery().c.provider_id)`.
    """
    held: Select[Any] = visible_awards(caller).where(
        col(LotAward.starts_on) <= day, col(LotAward.ends_on) >= day, ~suspended_on(day)
    )
    return held.with_only_columns(col(LotAward.id).label("lot_award_id")).add_columns(
        col(LotAward.lot_id),
        col(LotAward.council_id),
        col(LotAward.provider_id),
        col(LotAward.capacity),
        places_free(day).label("vacancies"),
        col(LotAward.vacancies_declared),
        col(LotAward.vacancies_declared_on),
    )


def places_free(day: date) -> ColumnElement[int]:
    """The places free on a day under the award that a statement is about; null where nobody said a number."""
    left = case(
        (col(LotAward.capacity).is_not(None), func.greatest(col(LotAward.capacity) - _taken(day, day, None), 0))
    )
    said = case((col(LotAward.vacancies_declared_on) <= day, col(LotAward.vacancies_declared)))
    return func.least(left, said)


async def places_taken(
    caller: Caller, session: AsyncSession, award_id: UUID, first: date, last: date, besides: UUID | None = None
) -> int:
    """The places taken under an award on the fullest of these days, by placements other than `besides`.

    A placement that began under an earlier award of the lot to the provider takes its place still. 0 for one who may
    not see the award.
    """
    statement = select(_taken(first, last, besides)).where(col(LotAward.id) == award_id)
    return (await session.scalars(statement)).one()


async def hold_award(caller: Caller, session: AsyncSession, award_id: UUID) -> None:
    """Locks an award that the caller may see, so that those who take its places meet one after the other."""
    await session.execute(select(func.hold_award(award_id)))


def _taken(first: date, last: date, besides: UUID | None) -> ColumnElement[int]:
    days = literal(first, Date()), literal(last, Date())
    return func.places_taken(col(LotAward.id), *days, literal(besides, UuidType()))
