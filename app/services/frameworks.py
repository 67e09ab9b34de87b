"""Procurement: a council opens frameworks, extends them, and divides them into lots."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.frameworks import Framework, Lot
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.frameworks import is_procured, own_framework, own_lot, placements_under
from app.queries.lot_awards import as_lot, awards_of_lot, holders_of
from app.rules.frameworks import Extensions, extended_end, may_extend, may_succeed
from app.rules.lot_awards import Period, lot_is_consistent
from app.rules.lots import GroupLimit, group_limits_fit, may_change_lot
from app.rules.procurement import DeliveryOption, KeyStage, PlacementFacts
from app.schemas.frameworks import FrameworkCreate, FrameworkUpdate, LotCreate, LotUpdate
from app.services.changes import changed, insist, made, must_be


async def open_framework(caller: Caller, session: AsyncSession, body: FrameworkCreate) -> Framework:
    """Raises Invalid where it ends before it starts or succeeds none of the caller's, RuleRefused, Duplicate."""
    must_be_in_order(body.starts_on, body.ends_on)
    if bool(body.extensions_allowed) != bool(body.extension_months):
        detail = "how often and by how many months go together"
        raise Invalid([FieldError("/extension_months", "extensions_incomplete", detail)])
    if body.succeeds_id is not None:
        before = await _predecessor(caller, session, body.succeeds_id)
        insist(may_succeed(Period(body.starts_on, body.ends_on), Period(before.starts_on, before.ends_on)))
    framework = Framework(**made(caller.now), council_id=caller.organisation_id, **body.model_dump())
    session.add(framework)
    await session.flush()
    await _tell(caller, session, framework, EventType.FRAMEWORK_OPENED)
    return framework


async def change_framework(
    caller: Caller, session: AsyncSession, framework_id: UUID, body: FrameworkUpdate, expected_version: int
) -> Framework:
    """Changes the name of the calling council's framework, or what placements under it require from now on."""
    framework = await own_framework(caller, session, framework_id)
    must_be(framework.version, expected_version)
    for member, value in body.model_dump(exclude_unset=True).items():
        setattr(framework, member, value)
    changed(framework, caller)
    await session.flush()
    await _tell(caller, session, framework, EventType.FRAMEWORK_CHANGED)
    return framework


async def extend_framework(
    caller: Caller, session: AsyncSession, framework_id: UUID, expected_version: int
) -> Framework:
    """Makes the next of the extensions that the framework allowed when it was opened. Raises RuleRefused."""
    framework = await own_framework(caller, session, framework_id)
    must_be(framework.version, expected_version)
    extensions = Extensions(framework.extensions_allowed, framework.extensions_made, framework.extension_months)
    insist(may_extend(extensions, framework.ends_on, caller.today))
    framework.ends_on = extended_end(framework.ends_on, framework.extension_months)
    framework.extensions_made += 1
    changed(framework, caller)
    await session.flush()
    await _tell(caller, session, framework, EventType.FRAMEWORK_EXTENDED)
    return framework


async def add_lot(caller: Caller, session: AsyncSession, framework_id: UUID, body: LotCreate) -> Lot:
    """Adds a lot to a framework of the calling council.

    Raises NotFound for another's, RuleRefused for a lot that contradicts itself, Duplicate for a number in use.
    """
    framework = await own_framework(caller, session, framework_id)
    lot = Lot(**made(caller.now), framework_id=framework.id, **body.model_dump())
    _must_be_consistent(lot)
    session.add(lot)
    await session.flush()
    path = f"/v1/lots/{lot.id}"
    await record_event(session, EventType.LOT_ADDED, path, caller.now, organisations=[framework.council_id])
    return lot


async def change_lot(
    caller: Caller, session: AsyncSession, lot_id: UUID, body: LotUpdate, expected_version: int
) -> Lot:
    """Changes what the calling council's lot is for, where nothing awarded or placed under it breaks.

    The lot's awards are locked, as they are by whoever accepts a placement: one of the two comes first and is seen by
    the other. Raises RuleRefused.
    """
    lot, framework = await own_lot(caller, session, lot_id)
    must_be(lot.version, expected_version)
    awards = await awards_of_lot(caller, session, lot.id, lock=True)
    before = as_lot(lot)
    for member, value in body.model_dump(exclude_unset=True).items():
        setattr(lot, member, value)
    _must_be_consistent(lot)
    insist(
        may_change_lot(
            before,
            as_lot(lot),
            procured=await is_procured(caller, session, lot.id),
            awarded_options=[
                [DeliveryOption(each) for each in award.delivery_options]
                for award in awards
                if award.ends_on >= caller.today
            ],
            placements=[facts_of(each) for each in await placements_under(caller, session, lot.id)],
        )
    )
    changed(lot, caller)
    await session.flush()
    audience = {framework.council_id} | {each.provider_id for each in awards if each.ends_on >= caller.today}
    await record_event(session, EventType.LOT_CHANGED, f"/v1/lots/{lot.id}", caller.now, organisations=audience)
    return lot


def facts_of(placement: Placement) -> PlacementFacts:
    """What procurement asks of a placement."""
    return PlacementFacts(
        placement.provider_id,
        placement.starts_on,
        placement.pattern,
        placement.online,
        placement.delivery,
        placement.key_stage,
    )


def must_be_in_order(first: date, last: date, pointer: str = "/ends_on", after: str = "starts_on") -> None:
    """Raises Invalid where the last day comes before the first."""
    if last < first:
        raise Invalid([FieldError(pointer, "ends_before_start", f"must not be before `{after}`")])


async def _predecessor(caller: Caller, session: AsyncSession, framework_id: UUID) -> Framework:
    try:
        return await own_framework(caller, session, framework_id)
    except NotFound:
        detail = "there is no such framework of your own"
        raise Invalid([FieldError("/succeeds_id", "framework_not_found", detail)]) from None


def _must_be_consistent(lot: Lot) -> None:
    limits = [
        GroupLimit(
            DeliveryOption(each["delivery"]),
            each["most"],
            None if each["key_stage"] is None else KeyStage(each["key_stage"]),
        )
        for each in lot.group_limits
    ]
    insist(lot_is_consistent(lot.online, [DeliveryOption(each) for each in lot.delivery_options]))
    insist(group_limits_fit(as_lot(lot), limits))


async def _tell(caller: Caller, session: AsyncSession, framework: Framework, event: EventType) -> None:
    audience = {framework.council_id} | await holders_of(caller, session, framework.id)
    await record_event(session, event, f"/v1/frameworks/{framework.id}", caller.now, organisations=audience)
