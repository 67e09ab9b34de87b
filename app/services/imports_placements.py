"""Importing placements: each row is proposed by the caller, by the rules of every other proposal.

A placement is recognised by its child, its provider and its first day, among those that the caller commissions and
that are proposed or accepted.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import OrganisationKind
from app.models.placements import Placement
from app.problems import NotFound
from app.queries.calendars import council_with_calendars
from app.queries.imports import placement_begun, pupils_with_upn
from app.queries.pupils import visible_pupil
from app.rules.calendars import SchoolSession
from app.schemas.placements import PlacementPropose
from app.services.imports_cells import Cells, Place, built
from app.services.imports_references import Named, as_id
from app.services.imports_rows import Done, made, same_or_differs
from app.services.placements import propose_placement

_COLUMNS = {
    "pupil_id": "pupil",
    "provider_id": "provider",
    "host_school_id": "host_school",
    "lot_id": "lot",
    "calendar_id": "calendar",
    "timetable": "am_days",
}
_SLOT_COLUMNS = {"starts_at", "ends_at"}
# What is fixed when a placement is proposed; its end may be put off, and a review may change what it is for.
_FIXED = ("host_school", "lot", "calendar", "tier", "primary_reason", "pattern", "online", "delivery", "key_stage")


async def import_placement(caller: Caller, session: AsyncSession, said: Mapping[str, str]) -> Done:
    """Proposes the placement of a row, or finds it. Raises RowRejectedError, and whatever proposing raises."""
    cells = Cells(said)
    wanted = await _wanted(caller, session, cells)
    found = await placement_begun(caller, session, wanted.pupil_id, wanted.provider_id, wanted.starts_on)
    if found is None:
        return made((await propose_placement(caller, session, wanted)).id)
    caller.sees_placements(found.id)
    caller.sees_pupils(found.pupil_id)
    there, asked = _columns(found), _columns(wanted)
    if found.planned_end_on > wanted.planned_end_on:
        asked["planned_end_on"] = None
    return same_or_differs(found.id, there, asked)


def placement_column(place: Place) -> str | None:
    match place:
        case ("timetable", int(), str(member), *_) if member in _SLOT_COLUMNS:
            return f"am_{member}"
        case ("timetable", int(), "site_id", *_):
            return "site"
        case (str(member), *_):
            return _COLUMNS.get(member, member)
    return None


async def _wanted(caller: Caller, session: AsyncSession, cells: Cells) -> PlacementPropose:
    named = Named(caller, session, cells)
    provider = await named.organisation("provider", OrganisationKind.PROVIDER)
    host_school = await named.organisation("host_school", OrganisationKind.SCHOOL, OrganisationKind.PROVIDER)
    council = await council_with_calendars(caller, session, caller.organisation_id)
    owners = {caller.organisation_id, provider, host_school, council} - {None}
    site = await named.site("site", provider) if provider else None
    slots = [*cells.half_days(SchoolSession.AM), *cells.half_days(SchoolSession.PM)]
    online = cells.yes("online")
    body: dict[str, object] = {
        "pupil_id": await _pupil(caller, session, cells),
        "provider_id": provider,
        "host_school_id": host_school,
        "lot_id": await named.lot("lot"),
        "spot_purchase": cells.yes("spot_purchase"),
        "calendar_id": await named.calendar("calendar", [each for each in owners if each is not None]),
        "tier": cells.slug("tier"),
        "primary_reason": cells.slug("primary_reason"),
        "key_stage": cells.slug("key_stage"),
        "objectives": cells.several("objectives"),
        "intended_next_step": cells.text("intended_next_step"),
        "pattern": cells.slug("pattern"),
        "online": online,
        "delivery": cells.slug("delivery"),
        "starts_on": cells.day("starts_on"),
        "planned_end_on": cells.day("planned_end_on"),
        "planned_end_by_agreement": cells.yes("planned_end_by_agreement"),
        "timetable": [{**slot, "online": online, **({"site_id": site} if site else {})} for slot in slots],
    }
    return built(PlacementPropose, body, placement_column, cells)


async def _pupil(caller: Caller, session: AsyncSession, cells: Cells) -> UUID | None:
    said = cells.text("pupil")
    if said is None:
        return None
    try:
        if (named := as_id(said)) is not None:
            return (await visible_pupil(caller, session, named)).id
    except NotFound:
        pass
    else:
        found = await pupils_with_upn(caller, session, said.upper())
        if found:
            return found[0].id
    cells.fault("pupil", "pupil_not_found", "Is the UPN or id of no pupil that you may see: import pupils first.")
    return None


def _columns(of: Placement | PlacementPropose) -> dict[str, object]:
    said: dict[str, object] = {name: getattr(of, _member(name)) for name in _FIXED}
    return {**said, "spot_purchase": of.spot_purchase, "planned_end_on": of.planned_end_on}


def _member(column: str) -> str:
    return next((member for member, name in _COLUMNS.items() if name == column), column)
