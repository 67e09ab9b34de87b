"""The part-time plans that ran in a period, in placements that the caller may see."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, and_, false, func, select
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_midnight
from app.models.part_time_plans import PartTimePlan
from app.models.placements import Placement
from app.queries.returns import seen_between
from app.rules.part_time_plans import PlanState

_AGREED_ONCE = (PlanState.AGREED, PlanState.ENDED, PlanState.EXTENDED)


def plans_running(
    caller: Caller, first: date, last: date, provider_id: UUID | None, host_school_id: UUID | None
) -> Select[Any]:
    """Each agreed plan with a day from `first` to `last`, and its placement.

    One that was ended before `first`, formally or with its placement, is left out; one past its end that nobody ended
    has run until its last day.
    """
    formally = col(PartTimePlan.state) == PlanState.ENDED
    ended_before = and_(formally, func.coalesce(col(PartTimePlan.ended_at) < london_midnight(first), false()))
    found: Any = (
        select(PartTimePlan, Placement)
        .join(Placement, col(Placement.id) == col(PartTimePlan.placement_id))
        .where(
            seen_between(caller, first, last),
            col(PartTimePlan.state).in_(_AGREED_ONCE),
            col(PartTimePlan.starts_on) <= last,
            col(PartTimePlan.ends_on) >= first,
            col(Placement.ends_on) >= first,
            ~ended_before,
        )
    )
    if provider_id is not None:
        found = found.where(col(Placement.provider_id) == provider_id)
    if host_school_id is not None:
        found = found.where(col(Placement.host_school_id) == host_school_id)
    return cast(Select[Any], found)
