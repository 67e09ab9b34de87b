"""What the clocks of reviews, checks and moves are read from, for many placements at a time, in one query each.

The placements are those that `queries.clocks` found. A caller reads what it may see of them on the day of each record;
the worker (`caller` is None) reads all.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.host_school_checks import HostSchoolCheck
from app.models.outcomes import SustainedCheck, SustainedFinding
from app.models.placements import PlacementViewer
from app.models.reviews import Review
from app.queries.clocks import among
from app.queries.placements import may_see_on, visible_placement_ids
from app.rules.host_school_checks import CheckKind, CheckOutcome
from app.rules.sustained_checks import CheckRecord

_LATER = aliased(HostSchoolCheck)


@dataclass(frozen=True, slots=True)
class Held:
    """A review that was held, and the day by which it asks for the next."""

    on: date
    next_review_by: date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A check whether a move was sustained; `due_on` is None until the clock has noted it."""

    id: UUID
    record: CheckRecord
    moved_on: date
    due_on: date | None
    done_on: date | None


async def seen_throughout(caller: Caller | None, session: AsyncSession, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the placements that the caller sees from their first day to their last.

    Who sees one for a time only cannot tell what was left undone in it.
    """
    if caller is None:
        return frozenset(ids)
    statement = select(col(PlacementViewer.placement_id)).where(
        col(PlacementViewer.organisation_id) == caller.organisation_id,
        among(col(PlacementViewer.placement_id), ids),
        col(PlacementViewer.from_on).is_(None),
        col(PlacementViewer.until_on).is_(None),
    )
    return frozenset(await session.scalars(statement))


async def reviews_of(
    caller: Caller | None, session: AsyncSession, ids: Collection[UUID]
) -> Mapping[UUID, Sequence[Held]]:
    """The reviews that were held, by placement, the earliest first."""
    statement = (
        select(col(Review.placement_id), col(Review.held_on), col(Review.next_review_by))
        .where(among(col(Review.placement_id), ids), _seen(caller, col(Review.placement_id), col(Review.held_on)))
        .order_by(col(Review.held_on), col(Review.created_at))
    )
    found: defaultdict[UUID, list[Held]] = defaultdict(list)
    for placement_id, held_on, next_review_by in await session.execute(statement):
        found[placement_id].append(Held(held_on, next_review_by))
    return found


async def settled_checks_of(
    caller: Caller | None, session: AsyncSession, ids: Collection[UUID]
) -> Mapping[UUID, Mapping[CheckKind, Sequence[date]]]:
    """The days on which each kind of check was settled, and not corrected since, by placement."""
    placement_id = col(HostSchoolCheck.placement_id)
    # Not correlated, so that it is looked up once however many checks there are.
    corrected = select(col(_LATER.corrects_id)).where(
        among(col(_LATER.placement_id), ids), col(_LATER.corrects_id).is_not(None)
    )
    statement = select(placement_id, col(HostSchoolCheck.kind), func.array_agg(col(HostSchoolCheck.done_on))).where(
        among(placement_id, ids),
        _seen(caller, placement_id, col(HostSchoolCheck.done_on)),
        col(HostSchoolCheck.outcome) != CheckOutcome.ATTEMPTED,
        col(HostSchoolCheck.id).not_in(corrected),
    )
    found: defaultdict[UUID, dict[CheckKind, Sequence[date]]] = defaultdict(dict)
    for id_, kind, days in await session.execute(statement.group_by(placement_id, col(HostSchoolCheck.kind))):
        found[id_][kind] = days
    return found


async def sustained_checks_of(
    caller: Caller | None, session: AsyncSession, ids: Collection[UUID]
) -> Sequence[tuple[UUID, Asked]]:
    """The checks whether moves were sustained that are not void, each with its placement's id."""
    check = SustainedCheck
    found_at = (
        select(func.max(col(SustainedFinding.recorded_at)))
        .where(col(SustainedFinding.check_id) == col(check.id))
        .correlate(check)
        .scalar_subquery()
    )
    statement = (
        select(
            col(check.placement_id), col(check.id), col(check.state), col(check.moved_on), col(check.due_on), found_at
        )
        .where(among(col(check.placement_id), ids), col(check.state) != CheckRecord.VOID)
        .order_by(col(check.moved_on), col(check.id))
    )
    if caller is not None:
        statement = statement.where(col(check.placement_id).in_(visible_placement_ids(caller)))
    return [
        (placement_id, Asked(id_, record, moved_on, due_on, london_day(at) if record is CheckRecord.DONE else None))
        for placement_id, id_, record, moved_on, due_on, at in await session.execute(statement)
    ]


def _seen(
    caller: Caller | None, placement_id: SQLCoreOperations[UUID], day: SQLCoreOperations[date]
) -> ColumnElement[bool]:
    return true() if caller is None else may_see_on(caller, placement_id, day)
