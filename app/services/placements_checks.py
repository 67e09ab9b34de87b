"""What a proposed placement names must exist for the commissioner, and fit its lot."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import OrganisationKind
from app.models.placements import Placement
from app.problems import FieldError, Invalid, NotFound
from app.queries.calendars import visible_calendar
from app.queries.directory import sites_of, visible_organisation
from app.queries.lot_awards import lot_and_award
from app.queries.placements import days_placed_with, visible_placement
from app.queries.pupils import visible_pupil
from app.rules.placements import may_sub_commission
from app.rules.procurement import PlacementFacts, fits_award
from app.schemas.placements import PlacementPropose
from app.services.changes import insist


async def check_references(caller: Caller, session: AsyncSession, body: PlacementPropose) -> None:
    """Raises Invalid naming every id that leads nowhere for this caller, whether or not it exists for another."""
    looks: list[tuple[str, UUID | None, str, Callable[[Caller, AsyncSession, UUID], Awaitable[object]]]] = [
        ("/pupil_id", body.pupil_id, "pupil_not_found", visible_pupil),
        ("/calendar_id", body.calendar_id, "calendar_not_found", visible_calendar),
        ("/provider_id", body.provider_id, "provider_not_found", _provider),
        ("/host_school_id", body.host_school_id, "school_not_found", _host_school),
        ("/continues_id", body.continues_id, "placement_not_found", visible_placement),
    ]
    faults = []
    for pointer, named, code, look in looks:
        try:
            if named is not None:
                await look(caller, session, named)
        except NotFound:
            faults.append(FieldError(pointer, code, "names nothing that you may see"))
    sites = {site.id for site in await sites_of(session, body.provider_id)}
    for index, slot in enumerate(body.timetable):
        if slot.site_id is not None and slot.site_id not in sites:
            faults.append(FieldError(f"/timetable/{index}/site_id", "site_not_found", "is no site of the provider"))
    if faults:
        raise Invalid(faults)


async def check_commissioner(caller: Caller, session: AsyncSession, body: PlacementPropose) -> None:
    """Raises RuleRefused where a provider would place a child that is not placed with it (sub-commissioning)."""
    if caller.kind is OrganisationKind.PROVIDER:
        pupil = await visible_pupil(caller, session, body.pupil_id)
        insist(
            may_sub_commission(
                own_pupil=pupil.registered_by_id == caller.organisation_id,
                placed_with_it=await days_placed_with(caller, session, body.pupil_id),
                starts_on=body.starts_on,
            )
        )


async def check_procurement(caller: Caller, session: AsyncSession, placement: Placement) -> None:
    """Raises RuleRefused where the placement fits no award that its provider holds on its first day."""
    lot, award = (None, None)
    if placement.lot_id is not None:
        lot, award = await lot_and_award(caller, session, placement.lot_id, placement.provider_id, placement.starts_on)
        if lot is None:
            raise Invalid([FieldError("/lot_id", "lot_not_found", "names no lot that you may see")])
    facts = PlacementFacts(
        placement.provider_id,
        placement.starts_on,
        placement.pattern,
        placement.online,
        placement.delivery,
        placement.key_stage,
    )
    insist(fits_award(lot, award, facts, spot_purchase=placement.spot_purchase))


async def _provider(caller: Caller, session: AsyncSession, organisation_id: UUID) -> object:
    return await visible_organisation(caller, session, OrganisationKind.PROVIDER, organisation_id)


async def _host_school(caller: Caller, session: AsyncSession, organisation_id: UUID) -> object:
    """A school, or a provider whose roll the child is on (a pupil referral unit). Raises NotFound."""
    try:
        return await visible_organisation(caller, session, OrganisationKind.SCHOOL, organisation_id)
    except NotFound:
        return await visible_organisation(caller, session, OrganisationKind.PROVIDER, organisation_id)
