"""Awards: a council awards lots to providers, says how many places that makes, and brings the end forward."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.frameworks import AwardSuspension, Framework, Lot, LotAward
from app.models.organisations import OrganisationKind
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.directory import visible_organisation
from app.queries.frameworks import own_lot
from app.queries.lot_awards import awards_of_lot, own_award
from app.queries.vacancies import places_taken
from app.rules.award_suspensions import Stop
from app.rules.lot_awards import (
    AwardState,
    Period,
    award_state,
    may_award,
    may_bring_end_forward,
    may_declare_vacancies,
)
from app.rules.procurement import DeliveryOption
from app.schemas.lot_awards import CapacityWrite, LotAwardCreate, LotAwardUpdate, VacanciesDeclare
from app.services.changes import changed, insist, made, must_be
from app.services.frameworks import must_be_in_order

PATH = "/v1/lot-awards"


def days_of(award: LotAward) -> Period:
    """Its first and last day."""
    return Period(award.starts_on, award.ends_on)


def stopped_days(award: LotAward, suspensions: Sequence[AwardSuspension]) -> list[Period]:
    """The days on which suspensions of the award are in force."""
    stops = [Stop(each.from_on, each.until_on, each.lifted_on).days(award.ends_on) for each in suspensions]
    return [each for each in stops if each is not None]


def state_of(award: LotAward, suspensions: Sequence[AwardSuspension], caller: Caller) -> AwardState:
    """The state today."""
    return award_state(days_of(award), stopped_days(award, suspensions), caller.today)


async def award_lot(caller: Caller, session: AsyncSession, body: LotAwardCreate) -> LotAward:
    """Awards a lot of the calling council to a provider that it may find.

    Raises Invalid for a lot or provider out of its reach, RuleRefused where the award does not fit framework or lot, or
    overlaps another.
    """
    must_be_in_order(body.starts_on, body.ends_on)
    lot, framework = await _lot_to_award(caller, session, body.lot_id)
    await _check_provider(caller, session, body.provider_id)
    held = await awards_of_lot(caller, session, lot.id, body.provider_id)
    insist(
        may_award(
            Period(framework.starts_on, framework.ends_on),
            [DeliveryOption(option) for option in lot.delivery_options],
            Period(body.starts_on, body.ends_on),
            body.delivery_options,
            [days_of(each) for each in held],
        )
    )
    award = LotAward(**made(caller.now), council_id=caller.organisation_id, **body.model_dump())
    session.add(award)
    await session.flush()
    await _tell(caller, session, award, EventType.LOT_AWARDED)
    return award


async def shorten_award(
    caller: Caller, session: AsyncSession, award_id: UUID, body: LotAwardUpdate, expected_version: int
) -> LotAward:
    """Brings the end of the calling council's award forward. Placements already made under it stay."""
    award = await own_award(caller, session, award_id)
    must_be(award.version, expected_version)
    insist(may_bring_end_forward(days_of(award), body.ends_on, caller.today))
    if body.ends_on != award.ends_on:
        award.ends_on = body.ends_on
        award.expiry_told = 0
        await _changed(caller, session, award, EventType.LOT_AWARD_SHORTENED)
    return award


async def set_capacity(
    caller: Caller, session: AsyncSession, award_id: UUID, body: CapacityWrite, expected_version: int
) -> LotAward:
    """Says how many places the calling council's award has. Placements made beyond them stay; none are added."""
    award = await own_award(caller, session, award_id)
    must_be(award.version, expected_version)
    if body.capacity != award.capacity:
        award.capacity = body.capacity
        await _changed(caller, session, award, EventType.LOT_AWARD_PLACES_CHANGED)
    return award


async def declare_vacancies(
    caller: Caller, session: AsyncSession, award_id: UUID, body: VacanciesDeclare, expected_version: int
) -> LotAward:
    """The provider says how many places it has free today; null takes an earlier word back. Raises RuleRefused."""
    award = await own_award(caller, session, award_id)
    must_be(award.version, expected_version)
    taken = await places_taken(caller, session, award.id, caller.today, caller.today)
    insist(may_declare_vacancies(body.vacancies, award.capacity, taken))
    award.vacancies_declared = body.vacancies
    award.vacancies_declared_on = None if body.vacancies is None else caller.today
    await _changed(caller, session, award, EventType.LOT_AWARD_PLACES_CHANGED)
    return award


async def _lot_to_award(caller: Caller, session: AsyncSession, lot_id: UUID) -> tuple[Lot, Framework]:
    try:
        return await own_lot(caller, session, lot_id)
    except NotFound:
        raise Invalid([FieldError("/lot_id", "lot_not_found", "there is no such lot in your own frameworks")]) from None


async def _check_provider(caller: Caller, session: AsyncSession, provider_id: UUID) -> None:
    try:
        await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    except NotFound:
        raise Invalid(
            [FieldError("/provider_id", "provider_not_found", "there is no such provider that you may see")]
        ) from None


async def _changed(caller: Caller, session: AsyncSession, award: LotAward, event: EventType) -> None:
    changed(award, caller)
    await session.flush()
    await _tell(caller, session, award, event)


async def _tell(caller: Caller, session: AsyncSession, award: LotAward, event: EventType) -> None:
    audience = {award.council_id, award.provider_id}
    await record_event(session, event, f"{PATH}/{award.id}", caller.now, organisations=audience)
