"""Procurement: a council opens frameworks, divides them into lots, and awards lots to providers."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.frameworks import Framework, Lot, LotAward
from app.models.organisations import OrganisationKind
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.directory import visible_organisation
from app.queries.frameworks import awards_of_lot, own_lot, visible_award, visible_framework
from app.rules.lot_awards import Period, lot_is_consistent, may_award, may_bring_end_forward
from app.rules.procurement import DeliveryOption
from app.schemas.frameworks import FrameworkCreate, LotAwardCreate, LotAwardUpdate, LotCreate
from app.services.changes import changed, insist, made, must_be


async def open_framework(caller: Caller, session: AsyncSession, body: FrameworkCreate) -> Framework:
    """Raises Invalid where it ends before it starts."""
    _must_be_in_order(body.starts_on, body.ends_on)
    framework = Framework(**made(caller.now), council_id=caller.organisation_id, **body.model_dump())
    session.add(framework)
    await session.flush()
    path = f"/v1/frameworks/{framework.id}"
    await record_event(session, EventType.FRAMEWORK_OPENED, path, caller.now, organisations=[framework.council_id])
    return framework


async def add_lot(caller: Caller, session: AsyncSession, framework_id: UUID, body: LotCreate) -> Lot:
    """Adds a lot to a framework of the calling council.

    Raises NotFound for another's, RuleRefused for a lot that contradicts itself, Duplicate for a number in use.
    """
    framework = await visible_framework(caller, session, framework_id)
    if framework.council_id != caller.organisation_id:
        raise NotFound
    insist(lot_is_consistent(body.online, body.delivery_options))
    lot = Lot(**made(caller.now), framework_id=framework.id, **body.model_dump())
    session.add(lot)
    await session.flush()
    path = f"/v1/lots/{lot.id}"
    await record_event(session, EventType.LOT_ADDED, path, caller.now, organisations=[framework.council_id])
    return lot


async def award_lot(caller: Caller, session: AsyncSession, body: LotAwardCreate) -> LotAward:
    """Awards a lot of the calling council to a provider that it may find.

    Raises Invalid for a lot or provider out of its reach, RuleRefused where the award does not fit framework or lot, or
    overlaps another.
    """
    _must_be_in_order(body.starts_on, body.ends_on)
    lot, framework = await _lot_to_award(caller, session, body.lot_id)
    await _check_provider(caller, session, body.provider_id)
    held = await awards_of_lot(caller, session, lot.id, body.provider_id)
    insist(
        may_award(
            Period(framework.starts_on, framework.ends_on),
            [DeliveryOption(option) for option in lot.delivery_options],
            Period(body.starts_on, body.ends_on),
            body.delivery_options,
            [Period(each.starts_on, each.ends_on) for each in held],
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
    award = await visible_award(caller, session, award_id, lock=True)
    must_be(award.version, expected_version)
    insist(may_bring_end_forward(Period(award.starts_on, award.ends_on), body.ends_on, caller.today))
    if body.ends_on != award.ends_on:
        award.ends_on = body.ends_on
        changed(award, caller)
        await session.flush()
        await _tell(caller, session, award, EventType.LOT_AWARD_SHORTENED)
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


def _must_be_in_order(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Invalid([FieldError("/ends_on", "ends_before_start", "must not be before `starts_on`")])


async def _tell(caller: Caller, session: AsyncSession, award: LotAward, event: EventType) -> None:
    audience = {award.council_id, award.provider_id}
    await record_event(session, event, f"/v1/lot-awards/{award.id}", caller.now, organisations=audience)
