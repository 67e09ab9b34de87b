"""Which records a return will hold: each disclosed child is noted for the audit before anything is written."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Organisation
from app.models.placements import Placement, PlacementViewer
from app.rules.placements import PlacementState
from app.rules.viewers import ViewerBasis


async def keys_of(
    caller: Caller, session: AsyncSession, found: Select[Any], key: SQLCoreOperations[UUID]
) -> Sequence[UUID]:
    """The keys of what a statement finds, in order; the placements and pupils are noted for the audit."""
    wanted = found.with_only_columns(key, col(Placement.id), col(Placement.pupil_id)).order_by(key)
    rows = (await session.execute(wanted)).all()
    caller.sees_placements(*(row[1] for row in rows))
    caller.sees_pupils(*(row[2] for row in rows))
    return [row[0] for row in rows]


async def number_of(caller: Caller, session: AsyncSession, found: Select[Any], key: SQLCoreOperations[UUID]) -> int:
    """How many records a statement of the caller's finds."""
    del caller  # the statement starts from what it sees
    return int((await session.execute(found.with_only_columns(func.count(key)))).scalar_one())


def placements_running(
    caller: Caller, first: date, last: date, bases: Collection[ViewerBasis] | None = None
) -> Select[Any]:
    """The accepted placements with a day from `first` to `last` on which the caller may see them; `bases` says why."""
    found: Select[Any] = select(Placement).where(
        col(Placement.id).in_(_seen_between(caller, first, last, bases)),
        col(Placement.state) == PlacementState.ACCEPTED,
        col(Placement.starts_on) <= last,
        col(Placement.ends_on) >= first,
    )
    return found


def seen_between(caller: Caller, first: date, last: date) -> ColumnElement[bool]:
    """Whether the caller may see a `Placement` on one of these days."""
    return col(Placement.id).in_(_seen_between(caller, first, last, None))


async def names_of(caller: Caller, session: AsyncSession, ids: Collection[UUID | None]) -> Mapping[UUID, Organisation]:
    """The organisations that placements of the caller name, as far as it finds them."""
    del caller  # row security shows it those of its world
    found = select(Organisation).where(col(Organisation.id).in_({each for each in ids if each is not None}))
    return {each.id: each for each in await session.scalars(found)}


def _seen_between(caller: Caller, first: date, last: date, bases: Collection[ViewerBasis] | None) -> Select[UUID]:
    reasons = [] if bases is None else [col(PlacementViewer.basis).in_(bases)]
    return select(col(PlacementViewer.placement_id)).where(
        col(PlacementViewer.organisation_id) == caller.organisation_id,
        func.coalesce(col(PlacementViewer.from_on) <= last, true()),
        func.coalesce(first <= col(PlacementViewer.until_on), true()),
        *reasons,
    )
