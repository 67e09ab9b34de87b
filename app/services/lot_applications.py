"""Applications: a provider applies for a lot; the council evaluates it, then awards the lot or says why not."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.frameworks import Lot
from app.models.lot_applications import LotApplication, LotEvaluation
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.framework_windows import windows_of
from app.queries.frameworks import visible_framework, visible_lot
from app.queries.lot_applications import has_applied, visible_application, visible_evaluations
from app.rules.lot_applications import APPLICATIONS, ApplicationState, may_apply
from app.rules.procurement import DeliveryOption
from app.schemas.lot_applications import ApplicationAward, ApplicationReject, EvaluationWrite, LotApply
from app.schemas.lot_awards import LotAwardCreate
from app.services.changes import changed, insist, made, moved
from app.services.framework_windows import days_of
from app.services.lot_awards import award_lot

PATH = "/v1/lot-applications"


async def apply_for_lot(caller: Caller, session: AsyncSession, body: LotApply) -> LotApplication:
    """The calling provider applies in the window that is open today. Raises Invalid, RuleRefused, Duplicate."""
    lot = await _lot(caller, session, body.lot_id)
    framework = await visible_framework(caller, session, lot.framework_id)
    windows = await windows_of(caller, session, framework.id)
    open_now = [each for each in windows if days_of(each).covers(caller.today)]
    insist(
        may_apply(
            [days_of(each) for each in windows],
            caller.today,
            [DeliveryOption(each) for each in lot.delivery_options],
            body.delivery_options,
            applied=await has_applied(caller, session, lot.id, [each.id for each in open_now]),
        )
    )
    application = LotApplication(
        **made(caller.now),
        **body.model_dump(),
        framework_id=framework.id,
        window_id=open_now[0].id,
        council_id=framework.council_id,
        provider_id=caller.organisation_id,
        state=ApplicationState.SUBMITTED,
    )
    session.add(application)
    await session.flush()
    await _tell(caller, session, application, EventType.LOT_APPLICATION_SUBMITTED)
    return application


async def evaluate_application(
    caller: Caller, session: AsyncSession, application_id: UUID, body: EvaluationWrite, expected_version: int
) -> LotApplication:
    """Records what the council finds, in place of what it recorded before; the applicant is not told yet."""
    application = await _moved(caller, session, application_id, "evaluate", expected_version)
    changed(application, caller)
    await session.flush()
    found = await visible_evaluations(caller, session, [application])
    evaluation = found.get(application.id) or LotEvaluation(
        application_id=application.id,
        council_id=application.council_id,
        provider_id=application.provider_id,
        evaluators=[],
        summary="",
        notes=[],
        recorded_at=caller.now,
    )
    for member, value in body.model_dump().items():
        setattr(evaluation, member, value)
    evaluation.recorded_at = caller.now
    session.add(evaluation)
    await session.flush()
    path = f"{PATH}/{application.id}"
    mine = [application.council_id]
    await record_event(session, EventType.LOT_APPLICATION_EVALUATED, path, caller.now, organisations=mine)
    return application


async def award_application(
    caller: Caller, session: AsyncSession, application_id: UUID, body: ApplicationAward, expected_version: int
) -> LotApplication:
    """Awards the lot as it was applied for, in the same transaction. Raises RuleRefused."""
    application, after = await _locked(caller, session, application_id, "award", expected_version)
    award = await award_lot(
        caller,
        session,
        LotAwardCreate(
            lot_id=application.lot_id,
            provider_id=application.provider_id,
            starts_on=body.starts_on,
            ends_on=body.ends_on,
            delivery_options=[DeliveryOption(each) for each in application.delivery_options],
            capacity=application.capacity,
        ),
    )
    application.state, application.lot_award_id = after, award.id
    return await _decided(caller, session, application, body.reason, EventType.LOT_APPLICATION_AWARDED)


async def reject_application(
    caller: Caller, session: AsyncSession, application_id: UUID, body: ApplicationReject, expected_version: int
) -> LotApplication:
    """The lot is not awarded; the applicant reads why. Raises RuleRefused."""
    application = await _moved(caller, session, application_id, "reject", expected_version)
    return await _decided(caller, session, application, body.reason, EventType.LOT_APPLICATION_NOT_AWARDED)


async def withdraw_application(
    caller: Caller, session: AsyncSession, application_id: UUID, expected_version: int
) -> LotApplication:
    """The provider withdraws what is not decided yet; it may apply again while a window is open."""
    application = await _moved(caller, session, application_id, "withdraw", expected_version)
    changed(application, caller)
    await session.flush()
    await _tell(caller, session, application, EventType.LOT_APPLICATION_WITHDRAWN)
    return application


async def _moved(
    caller: Caller, session: AsyncSession, application_id: UUID, verb: str, expected_version: int
) -> LotApplication:
    """The application, locked, in the state that the verb leads to."""
    application, after = await _locked(caller, session, application_id, verb, expected_version)
    application.state = after
    return application


async def _locked(
    caller: Caller, session: AsyncSession, application_id: UUID, verb: str, expected_version: int
) -> tuple[LotApplication, ApplicationState]:
    """The application, locked, and the state that the verb leads to."""
    application = await visible_application(caller, session, application_id, lock=True)
    by = "council" if caller.organisation_id == application.council_id else "provider"
    return application, moved(application, expected_version, APPLICATIONS, application.state, verb, by)


async def _decided(
    caller: Caller, session: AsyncSession, application: LotApplication, reason: str | None, event: EventType
) -> LotApplication:
    application.decided_at, application.decided_because = caller.now, reason
    changed(application, caller)
    await session.flush()
    await _tell(caller, session, application, event)
    return application


async def _lot(caller: Caller, session: AsyncSession, lot_id: UUID) -> Lot:
    try:
        return await visible_lot(caller, session, lot_id)
    except NotFound:
        raise Invalid([FieldError("/lot_id", "lot_not_found", "names no lot that you may see")]) from None


async def _tell(caller: Caller, session: AsyncSession, application: LotApplication, event: EventType) -> None:
    audience = {application.council_id, application.provider_id}
    await record_event(session, event, f"{PATH}/{application.id}", caller.now, organisations=audience)
