"""The return of part-time timetables.

Source: Cheshire West guidance on part-time timetables, read in the primary source: schools return them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.organisations import Organisation
from app.models.part_time_plans import PartTimePlan, PartTimePlanReview
from app.models.placements import Placement
from app.models.pupils import Pupil
from app.queries.attendance_census import census_pupils
from app.queries.part_time_plans import reviews_of
from app.queries.part_time_timetables import plans_running
from app.queries.returns import names_of
from app.rules.part_time_plans import PlanState, plan_warnings
from app.schemas.part_time_timetables import PartTimeTimetableRow
from app.schemas.returns import columns_of
from app.services.part_time_plans import state_of
from app.services.returns import Asked, Return, Shown


async def part_time_rows(caller: Caller, session: AsyncSession, found: Sequence[Row[Any]], asked: Asked) -> list[Shown]:
    """The members of a `PartTimeTimetableRow` for each plan found."""
    del asked
    placements: list[Placement] = [row.Placement for row in found]
    caller.sees_placements(*(each.id for each in placements))
    pupils = await census_pupils(caller, session, [each.pupil_id for each in placements])
    parties = [party for each in placements for party in (each.provider_id, each.host_school_id)]
    names = await names_of(caller, session, parties)
    reviews = await reviews_of(session, [row.PartTimePlan.id for row in found])
    return [
        _of_plan(row.PartTimePlan, reviews.get(row.PartTimePlan.id, []))
        | _of_placement(row.Placement, pupils[row.Placement.pupil_id], names)
        | _standing(row.PartTimePlan, row.Placement, caller.today)
        for row in found
        if row.Placement.pupil_id in pupils
    ]


def _of_plan(plan: PartTimePlan, reviews: Sequence[PartTimePlanReview]) -> Shown:
    return {
        **plan.model_dump(include=set(PartTimeTimetableRow.model_fields)),
        "plan_id": plan.id,
        "sessions_a_week_not_attended": len(plan.sessions_not_attended),
        "targets": len(plan.targets),
        "reviews_held": len(reviews),
        "last_reviewed_on": reviews[-1].held_on if reviews else None,
        "warnings": list(plan_warnings(plan.reason, plan.starts_on, plan.review_dates)),
    }


def _standing(plan: PartTimePlan, placement: Placement, today: date) -> Shown:
    """Its state, and the day on which it ended: formally, or with its placement."""
    state = state_of(plan, placement, today)
    ended_on = placement.ends_on if plan.ended_at is None else london_day(plan.ended_at)
    return {"state": state, "ended_on": ended_on if state is PlanState.ENDED else None}


def _of_placement(placement: Placement, pupil: Pupil, names: Mapping[UUID, Organisation]) -> Shown:
    provider = names.get(placement.provider_id)
    host = names.get(placement.host_school_id) if placement.host_school_id else None
    return {
        "placement_id": placement.id,
        "pupil_id": pupil.id,
        "family_name": pupil.family_name,
        "given_name": pupil.given_name,
        "date_of_birth": pupil.date_of_birth,
        "host_school_id": placement.host_school_id,
        "host_school_name": host and host.name,
        "commissioner_id": placement.commissioner_id,
        "provider_id": placement.provider_id,
        "provider_name": provider and provider.name,
    }


PART_TIME_TIMETABLES = Return(
    name="part-time-timetables",
    title="Part-time timetables",
    columns=lambda asked: columns_of(PartTimeTimetableRow),
    found=lambda caller, asked: plans_running(
        caller, asked.period.first, asked.period.last, asked.provider_id, asked.host_school_id
    ),
    key=col(PartTimePlan.id),
    rows=part_time_rows,
    record="part_time_timetable",
)
