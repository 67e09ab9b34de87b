"""The extract per home council for the register of children not in school.

Source: Children's Wellbeing and Schools measures on the register, from memory, to be checked: provider type, address
of each place, time spent. It refuses nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Organisation, Site
from app.models.placements import Placement
from app.queries.attendance_census import census_pupils
from app.queries.census_settings import census_settings
from app.queries.children_not_in_school import placements_of_residents, sites_taught_at, time_spent
from app.queries.returns import names_of
from app.rules.tables import Cells
from app.schemas.children_not_in_school import ChildNotInSchoolRow, PlaceRead
from app.schemas.returns import columns_of
from app.services.returns import Asked, Return, Shown

_PARTIES = ("provider_id", "host_school_id", "commissioner_id")


async def extract_rows(caller: Caller, session: AsyncSession, found: Sequence[Row[Any]], asked: Asked) -> list[Shown]:
    """The members of a `ChildNotInSchoolRow` for each placement found."""
    placements: list[Placement] = [row.Placement for row in found]
    ids = [each.id for each in placements]
    providers = {each.provider_id for each in placements}
    caller.sees_placements(*ids)
    pupils = await census_pupils(caller, session, [each.pupil_id for each in placements])
    names = await names_of(caller, session, [getattr(each, party) for each in placements for party in _PARTIES])
    settings = asked.settings
    if unknown := providers - settings.keys():
        settings.update(await census_settings(caller, session, unknown))
    sites = await sites_taught_at(caller, session, providers)
    spent = await time_spent(caller, session, ids, asked.period.first, asked.period.last)
    return [
        _of_placement(each, names)
        | _of_pupil(pupils[each.pupil_id])
        | asdict(settings[each.provider_id])
        | {"places": [_place(row, sites.get(each.provider_id, [])) for row in spent.get(each.id, [])]}
        for each in placements
        if each.pupil_id in pupils
    ]


def _of_pupil(pupil: Any) -> Shown:
    return {name: getattr(pupil, name) for name in ("upn", "family_name", "given_name", "date_of_birth")}


def _of_placement(placement: Placement, names: Mapping[Any, Organisation]) -> Shown:
    provider, host, arranger = (names.get(getattr(placement, party)) for party in _PARTIES)
    return {
        **placement.model_dump(include=set(ChildNotInSchoolRow.model_fields)),
        "placement_id": placement.id,
        "on_school_roll": placement.host_school_id is not None,
        "host_school_name": host and host.name,
        "arranged_by": arranger and arranger.kind,
        "provider_name": provider and provider.name,
        "provider_type": provider and provider.category,
    }


def _place(row: Row[Any], sites: Sequence[Site]) -> Shown:
    """The members of a `PlaceRead`."""
    site = next((each for each in sites if each.id == row.site_id), None)
    if site is None and not row.online and len(sites) == 1:
        site = sites[0]
    return {
        "taught_online": row.online,
        "site_id": site and site.id,
        "site_name": site and site.name,
        "address": site and site.address,
        "postcode": site and site.postcode,
        "satellite": site and site.satellite,
        "place_stated": row.site_id is not None,
        "sessions_timetabled": row.sessions,
        "minutes_timetabled": row.minutes,
        "sessions_attended": row.sessions_attended,
        "minutes_attended": row.minutes_attended,
    }


def _lines(row: Shown) -> list[Cells]:
    """A line for each place; of a child without a session in the period, one without a place."""
    return [{**row, **place} for place in row["places"] or [{}]]


CHILDREN_NOT_IN_SCHOOL = Return(
    name="children-not-in-school",
    title="Children not in school",
    columns=lambda asked: columns_of(ChildNotInSchoolRow, PlaceRead, without=("places",)),
    found=lambda caller, asked: placements_of_residents(caller, asked.period.first, asked.period.last),
    key=col(Placement.id),
    rows=extract_rows,
    cells=_lines,
)
