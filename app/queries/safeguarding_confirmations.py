"""Safeguarding confirmations of the providers that are the caller's business, and whether a later one was given."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Exists, Select, and_, exists, false, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.provider_assurance import SafeguardingConfirmation
from app.problems import NotFound
from app.queries.provider_assurance import concerns, in_state, turned_between
from app.rules.provider_assurance import AssuranceState

_Later = aliased(SafeguardingConfirmation)
_DAYS = (col(SafeguardingConfirmation.confirmed_on), col(SafeguardingConfirmation.valid_until))


def visible_confirmations(caller: Caller) -> Select[Any]:
    """Each confirmation, and whether a later one stands in its place."""
    found: Select[Any] = select(SafeguardingConfirmation).add_columns(_superseded().label("superseded"))
    return found.where(concerns(caller, col(SafeguardingConfirmation.provider_id)))


async def visible_confirmation(
    caller: Caller, session: AsyncSession, confirmation_id: UUID
) -> tuple[SafeguardingConfirmation, bool]:
    """Raises NotFound."""
    statement = visible_confirmations(caller).where(col(SafeguardingConfirmation.id) == confirmation_id)
    row = (await session.execute(statement.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row.superseded


async def own_confirmation(
    caller: Caller, session: AsyncSession, confirmation_id: UUID
) -> tuple[SafeguardingConfirmation, bool]:
    """One of the calling provider's, locked. Raises NotFound."""
    mine = (
        select(col(SafeguardingConfirmation.id))
        .where(
            col(SafeguardingConfirmation.id) == confirmation_id,
            col(SafeguardingConfirmation.provider_id) == caller.organisation_id,
        )
        .with_for_update()
    )
    if (await session.scalars(mine)).one_or_none() is None:
        raise NotFound
    return await visible_confirmation(caller, session, confirmation_id)


def with_state(statement: Select[Any], state: AssuranceState, today: date) -> Select[Any]:
    """Only those in this state today: the same answer as `rules.provider_assurance.assurance_state`."""
    return statement.where(in_state(state, _DAYS, today, _superseded(), false()))


def with_renewal_needed(statement: Select[Any], needed: bool) -> Select[Any]:
    """Those that staff changes have marked and no later one has replaced, or all others."""
    marked = and_(col(SafeguardingConfirmation.staff_changed_on).is_not(None), ~_superseded())
    return statement.where(marked if needed else ~marked)


def changed_since(statement: Select[Any], since: datetime, today: date) -> Select[Any]:
    """Those changed since an instant, also where only time or a later confirmation gave them another state."""
    taken_over = _superseded().where(col(_Later.changed_at) >= since)
    changed = col(SafeguardingConfirmation.changed_at) >= since
    return statement.where(or_(changed, turned_between(_DAYS, london_day(since), today), taken_over))


def _superseded() -> Exists:
    """One was given later by the same provider."""
    mine, other = SafeguardingConfirmation, _Later
    return exists().where(
        col(other.provider_id) == col(mine.provider_id),
        tuple_(col(other.confirmed_on), col(other.created_at), col(other.id))
        > tuple_(col(mine.confirmed_on), col(mine.created_at), col(mine.id)),
    )
