"""The monthly census of every pupil attending, on a school's roll or not, with the sessions of each code."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placements import Placement
from app.models.pupils import Pupil
from app.queries.attendance_census import census_placements, census_pupils, counted_by_code, placements_with_provider
from app.queries.census_settings import census_settings
from app.rules.attendance_codes import ATTENDANCE_CODES
from app.rules.attendance_summaries import absence
from app.rules.census_setting import CensusSetting
from app.rules.primary_reasons import ranked_reasons
from app.services.attendance_census_columns import census_cells, census_columns
from app.services.attendance_summaries import Shown, counts_shown, rate_shown, tally_of
from app.services.returns import Asked, Return

_CENSUS_CODES = {each.reason: each.census_code for each in ranked_reasons()}


async def census_rows(caller: Caller, session: AsyncSession, found: Sequence[Row[Any]], asked: Asked) -> list[Shown]:
    """The members of a `CensusRow` for each placement found; every child is noted for the audit."""
    placements: list[Placement] = [row.Placement for row in found]
    days = asked.period
    counted = await counted_by_code(caller, session, [each.id for each in placements], days.first, days.last)
    pupils = await census_pupils(caller, session, [each.pupil_id for each in placements])
    settings = asked.settings
    if unknown := {each.provider_id for each in placements} - settings.keys():
        settings.update(await census_settings(caller, session, unknown))
    caller.sees_placements(*counted)
    return [
        _shown(row.Placement, row.provider_name, pupils, settings[row.Placement.provider_id], counted)
        for row in found
        if row.Placement.id in counted and row.Placement.pupil_id in pupils
    ]


def _shown(placement: Placement, provider_name: str | None, pupils: Any, setting: CensusSetting, counted: Any) -> Shown:
    pupil: Pupil = pupils[placement.pupil_id]
    row = counted[placement.id]
    tally = tally_of(row)
    return {
        "placement_id": placement.id,
        "pupil_id": pupil.id,
        "given_name": pupil.given_name,
        "family_name": pupil.family_name,
        "date_of_birth": pupil.date_of_birth,
        "upn": pupil.upn,
        "upn_held": pupil.upn is not None,
        "on_school_roll": placement.host_school_id is not None,
        "host_school_id": placement.host_school_id,
        "provider_id": placement.provider_id,
        "provider_name": provider_name,
        "setting": asdict(setting),
        "primary_reason": placement.primary_reason,
        "census_code": _CENSUS_CODES[placement.primary_reason],
        "sessions": counts_shown(tally),
        "absence": rate_shown(absence(tally)),
        "codes": [
            {"code": each.code, "slug": each.slug, "sessions": row.codes[each.code]}
            for each in ATTENDANCE_CODES
            if each.code in (row.codes or {})
        ],
    }


CENSUS = Return(
    name="attendance-census",
    title="Monthly attendance census",
    columns=census_columns,
    found=lambda caller, asked: census_placements(caller, asked.period.first, asked.period.last),
    again=lambda caller, asked: placements_with_provider(caller),
    key=col(Placement.id),
    rows=census_rows,
    cells=census_cells,
)
