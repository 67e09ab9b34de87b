"""The placements that schools commissioned and that ended in a period: what a school's return is made of.

Source: Cheshire West guidance, read in the primary source.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placements import Placement
from app.queries.attendance_census import census_pupils
from app.queries.placement_movements import placements_moved, standing_outcomes
from app.queries.returns import names_of
from app.rules.placement_returns import movement_in
from app.schemas.placement_movements import PlacementMovementRow
from app.schemas.returns import columns_of
from app.services.returns import Asked, Return, Shown


async def movement_rows(caller: Caller, session: AsyncSession, found: Sequence[Row[Any]], asked: Asked) -> list[Shown]:
    """The members of a `PlacementMovementRow` for each placement found."""
    placements: list[Placement] = [row.Placement for row in found]
    caller.sees_placements(*(each.id for each in placements))
    pupils = await census_pupils(caller, session, [each.pupil_id for each in placements])
    parties = [party for each in placements for party in (each.provider_id, each.commissioner_id)]
    names = await names_of(caller, session, parties)
    outcomes = await standing_outcomes(caller, session, [each.id for each in placements])
    rows = []
    for each in placements:
        moved = movement_in(each.id, each.starts_on, each.ends_on, asked.period, caller.today)
        if moved is None or each.pupil_id not in pupils:
            continue
        pupil, outcome = pupils[each.pupil_id], outcomes.get(each.id)
        provider, school = names.get(each.provider_id), names.get(each.commissioner_id)
        row = {
            **each.model_dump(include=set(PlacementMovementRow.model_fields)),
            "placement_id": each.id,
            "family_name": pupil.family_name,
            "given_name": pupil.given_name,
            "date_of_birth": pupil.date_of_birth,
            "commissioner_name": school and school.name,
            "provider_name": provider and provider.name,
            "commissioned": moved.commissioned,
            "ended": moved.ended,
            "destination": outcome and outcome.destination,
            "reason": outcome and outcome.reason,
        }
        rows.append(row)
    return rows


PLACEMENT_MOVEMENTS = Return(
    name="placement-movements",
    title="Placements commissioned and ended",
    columns=lambda asked: columns_of(PlacementMovementRow),
    found=lambda caller, asked: placements_moved(caller, asked.period.first, asked.period.last, asked.school_id),
    key=col(Placement.id),
    rows=movement_rows,
)
