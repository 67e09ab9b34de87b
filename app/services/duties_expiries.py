"""Telling that an award, an insurance or a safeguarding confirmation comes to its end, and that it has.

Each is told twice at most: `DAYS_AHEAD` days before its last day, and when that has passed. What something of the same
kind follows without a gap is not told at all, unless that goes away.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import london_day, london_midnight
from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.rules.provider_assurance import DAYS_AHEAD
from app.services.duties_batch import Batch

_PROVIDER = "array[t.provider_id]"
_COUNCILS = (
    "array(select a.council_id from lot_awards a where a.provider_id = t.provider_id and a.ends_on >= :today"
    " union select o.registered_by_id where o.registered_by_id is not null)"
)
_PLACEMENTS = (
    "array(select p.id from placements p where p.provider_id = t.provider_id and p.state = 'accepted'"
    " and p.ends_on >= :today)"
)


@dataclass(frozen=True, slots=True)
class _Ending:
    """What comes to an end: its sweep, where it is read, and the events of its end."""

    sweep: TextClause
    path: str
    near: EventType
    over: EventType


def _sweep(table: str, last: str, organisations: str, placements: str, followed: str) -> TextClause:
    """What is due of a table; `followed` is what the row `n` must be for the row `t` to be followed by it."""
    return text(
        f"""
        with due as (
            select t.id, t.{last} as last_day, t.expiry_told as told, t.created_at,
                   {organisations} as organisations, {placements} as placements
            from {table} t join organisations o on o.id = t.provider_id
            where t.expiry_told < 2 and (t.{last} < :today or t.expiry_told = 0 and t.{last} <= :ahead)
              and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
              and not exists (select 1 from {table} n where n.provider_id = t.provider_id and {followed})
            order by t.{last}, t.id
            limit :most
            for no key update of t skip locked
        ), noted as (
            update {table} t set expiry_told = case when due.last_day < :today then 2 else 1 end
            from due where t.id = due.id
        )
        select * from due order by last_day, id
        """  # noqa: S608 - its parts are the literals below
    )


_AWARD = _Ending(
    _sweep(
        "lot_awards",
        "ends_on",
        f"{_PROVIDER} || t.council_id",
        "cast('{}' as uuid[])",
        "n.lot_id = t.lot_id and n.starts_on <= t.ends_on + 1 and n.ends_on > t.ends_on",
    ),
    "/v1/lot-awards",
    EventType.LOT_AWARD_EXPIRING,
    EventType.LOT_AWARD_EXPIRED,
)
_INSURANCE = _Ending(
    _sweep(
        "insurance_certificates",
        "expires_on",
        f"{_PROVIDER} || {_COUNCILS}",
        "cast('{}' as uuid[])",
        "(n.id = t.id and t.withdrawn_on is not null or n.kind = t.kind and n.withdrawn_on is null"
        " and n.starts_on <= t.expires_on + 1 and n.expires_on > t.expires_on)",
    ),
    "/v1/insurance-certificates",
    EventType.INSURANCE_EXPIRING,
    EventType.INSURANCE_LAPSED,
)
_CONFIRMATION = _Ending(
    _sweep(
        "safeguarding_confirmations",
        "valid_until",
        f"{_PROVIDER} || {_COUNCILS}",
        _PLACEMENTS,
        "(n.confirmed_on, n.created_at, n.id) > (t.confirmed_on, t.created_at, t.id)",
    ),
    "/v1/safeguarding-confirmations",
    EventType.CONFIRMATION_EXPIRING,
    EventType.CONFIRMATION_LAPSED,
)


async def tell_ends_of_awards(
    session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None
) -> Batch:
    """For the council and the provider."""
    return await _tell(session, _AWARD, sandbox_id, until, most)


async def tell_ends_of_insurances(
    session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None
) -> Batch:
    """For the provider, the councils on whose frameworks it stands, and the one that registered it."""
    return await _tell(session, _INSURANCE, sandbox_id, until, most)


async def tell_ends_of_confirmations(
    session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None
) -> Batch:
    """For the same, and for all who see a placement with the provider."""
    return await _tell(session, _CONFIRMATION, sandbox_id, until, most)


async def _tell(
    session: AsyncSession, ending: _Ending, sandbox_id: UUID | None, until: datetime, most: int | None
) -> Batch:
    today = london_day(until)
    ahead = today + timedelta(days=DAYS_AHEAD)
    due = {"today": today, "ahead": ahead, "sandbox_id": sandbox_id, "most": most}
    rows = (await session.execute(ending.sweep, due)).all()
    tellings = []
    for row in rows:
        told = [(ending.near, row.last_day - timedelta(days=DAYS_AHEAD))] if row.told == 0 else []
        told += [(ending.over, row.last_day + timedelta(days=1))] if row.last_day < today else []
        tellings += [
            Telling(
                event,
                f"{ending.path}/{row.id}",
                max(london_midnight(day), row.created_at),
                placements=tuple(row.placements),
                organisations=tuple(row.organisations),
            )
            for event, day in told
        ]
    return Batch(len(rows), tellings)
