"""What a proposed placement names must exist for the commissioner, and its provider must be able to take it."""

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.frameworks import Framework, Lot, LotAward
from app.models.organisations import Organisation, OrganisationKind
from app.models.placements import Placement
from app.problems import FieldError, Invalid, NotFound, RuleRefused
from app.queries.award_suspensions import suspensions_of
from app.queries.calendars import council_with_calendars, is_placed_under, visible_calendar
from app.queries.directory import sites_of, visible_organisation
from app.queries.frameworks import visible_framework
from app.queries.lot_awards import as_award, as_lot, lot_and_award
from app.queries.placements import days_placed_with, visible_placement
from app.queries.provider_assurance import covers_of
from app.queries.pupils import visible_pupil
from app.queries.vacancies import hold_award, places_taken
from app.rules.governing_calendars import CalendarBasis, calendar_basis
from app.rules.lot_awards import Period
from app.rules.placements import PlacementState, may_sub_commission
from app.rules.procurement import fits_award
from app.rules.procurement_standing import Holding, first_day_that_counts, may_place_under
from app.rules.provider_assurance import is_assured
from app.rules.verdict import Refused
from app.schemas.placements import PlacementPropose
from app.services.changes import insist
from app.services.frameworks import facts_of
from app.services.lot_awards import days_of, stopped_days


async def check_references(caller: Caller, session: AsyncSession, body: PlacementPropose) -> None:
    """Raises Invalid naming every id that leads nowhere for this caller, whether or not it exists for another."""
    looks: list[tuple[str, UUID | None, str, Callable[[Caller, AsyncSession, UUID], Awaitable[object]]]] = [
        ("/pupil_id", body.pupil_id, "pupil_not_found", visible_pupil),
        ("/calendar_id", body.calendar_id, "calendar_not_found", visible_calendar),
        ("/provider_id", body.provider_id, "provider_not_found", _provider),
        ("/host_school_id", body.host_school_id, "school_not_found", find_host_school),
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
    """Raises RuleRefused where a new placement may not be made with its provider: the one gate for all of them.

    It fits its lot and the award held on its first day; from then, or from today, the award stands, is not suspended
    and has a place; nothing of the provider's assurance has lapsed, and nothing is missing that the framework requires.
    For a placement that is accepted the award is locked first: of two that take its last place one is refused.
    """
    framework = None
    day = first_day_that_counts(placement.starts_on, caller.today)
    if placement.lot_id is None:
        insist(fits_award(None, None, facts_of(placement), spot_purchase=placement.spot_purchase))
    else:
        framework = await _check_lot(caller, session, placement, placement.lot_id, day)
    insist(
        is_assured(
            await covers_of(caller, session, placement.provider_id),
            {day, caller.today},
            insurance_required=framework is not None and framework.insurance_required,
            confirmation_required=framework is not None and framework.safeguarding_confirmation_required,
        )
    )


async def _check_lot(caller: Caller, session: AsyncSession, placement: Placement, lot_id: UUID, day: date) -> Framework:
    """The framework under which the placement is made, where lot and award have room for it."""
    lot, current = await _held(caller, session, placement, lot_id, day)
    first = current
    if day != placement.starts_on:
        _, first = await lot_and_award(caller, session, lot_id, placement.provider_id, placement.starts_on)
    award = as_award(first) if first else None
    insist(fits_award(as_lot(lot), award, facts_of(placement), spot_purchase=placement.spot_purchase))
    framework = await visible_framework(caller, session, lot.framework_id)
    if current is not None:
        stops = (await suspensions_of(caller, session, [current.id])).get(current.id, [])
        last = max(day, min(placement.ends_on, current.ends_on))
        holding = Holding(
            Period(framework.starts_on, framework.ends_on),
            days_of(current),
            tuple(stopped_days(current, stops)),
            current.capacity,
            await places_taken(caller, session, current.id, day, last, besides=placement.id),
        )
        insist(may_place_under(holding, day))
    return framework


async def _held(
    caller: Caller, session: AsyncSession, placement: Placement, lot_id: UUID, day: date
) -> tuple[Lot, LotAward | None]:
    """The lot and the award that the provider holds on a day, or held last; read under the lock where one is taken."""
    lot, award = await lot_and_award(caller, session, lot_id, placement.provider_id, day)
    if award is not None and placement.state is PlacementState.ACCEPTED:
        await hold_award(caller, session, award.id)
        lot, award = await lot_and_award(caller, session, lot_id, placement.provider_id, day)
    if lot is None:
        raise Invalid([FieldError("/lot_id", "lot_not_found", "names no lot that you may see")])
    return lot, award


async def governing_basis(caller: Caller, session: AsyncSession, placement: Placement) -> CalendarBasis:
    """On what basis its calendar governs a placement. Raises RuleRefused where it is no party's."""
    calendar = await visible_calendar(caller, session, placement.calendar_id)
    basis = calendar_basis(
        calendar.owner_id,
        commissioner=placement.commissioner_id,
        council_of_commissioner=await council_with_calendars(caller, session, placement.commissioner_id),
        host_school=placement.host_school_id,
        provider=placement.provider_id,
        placed_under=await is_placed_under(caller, session, placement.pupil_id, calendar.id),
    )
    if isinstance(basis, Refused):
        raise RuleRefused(basis)
    return basis


async def check_host_school(caller: Caller, session: AsyncSession, organisation_id: UUID | None) -> None:
    """Raises Invalid where it is neither a school nor a provider that the caller may find."""
    try:
        if organisation_id is not None:
            await find_host_school(caller, session, organisation_id)
    except NotFound:
        fault = FieldError("/host_school_id", "school_not_found", "names nothing that you may see")
        raise Invalid([fault]) from None


async def _provider(caller: Caller, session: AsyncSession, organisation_id: UUID) -> object:
    return await visible_organisation(caller, session, OrganisationKind.PROVIDER, organisation_id)


async def find_host_school(caller: Caller, session: AsyncSession, organisation_id: UUID) -> Organisation:
    """A school, or a provider whose roll the child is on (a pupil referral unit). Raises NotFound."""
    try:
        return await visible_organisation(caller, session, OrganisationKind.SCHOOL, organisation_id)
    except NotFound:
        return await visible_organisation(caller, session, OrganisationKind.PROVIDER, organisation_id)
