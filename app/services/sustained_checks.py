"""Checks whether a move was sustained: each follows from a destination, and is answered when it is due."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.outcomes import SustainedCheck, SustainedFinding
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.calendars import school_calendar
from app.queries.sustained_checks import findings_of, standing_checks, visible_check
from app.rules.sustained_checks import (
    SUSTAINED_CHECKS,
    CheckRecord,
    SustainedCheckKind,
    check_due_on,
    may_record_finding,
)
from app.schemas.sustained_checks import SustainedFindingRecord
from app.services.changes import changed, insist, made, moved, state_after
from app.services.placements_parties import locked_for_party

PATH = "/v1/sustained-checks"


async def follow_destination(
    caller: Caller,
    session: AsyncSession,
    placement: Placement,
    kind: SustainedCheckKind,
    destination_id: UUID,
    *,
    moved_on: date | None,
    elsewhere: bool,
) -> None:
    """Makes the check that a destination calls for, and sets aside the one of the destination before.

    `destination_id` is the statement that names it; `moved_on` is None where there is nothing to check; `elsewhere`
    says that the destination is another than before. A check of the same destination and day stays, with what was
    found. The placement is locked.
    """
    standing = await standing_checks(caller, session, placement.id, kind)
    for check in standing:
        if not elsewhere and check.moved_on == moved_on:
            return
        check.state = state_after(SUSTAINED_CHECKS, check.state, "correct")
        changed(check, caller)
    await session.flush()
    if moved_on is None:
        return
    calendar = await school_calendar(session, placement.calendar_id)
    session.add(
        SustainedCheck(
            **made(caller.now),
            placement_id=placement.id,
            outcome_id=destination_id if kind is SustainedCheckKind.TRANSITION else None,
            leaver_destination_id=destination_id if kind is SustainedCheckKind.POST_16 else None,
            state=CheckRecord.OPEN,
            moved_on=moved_on,
            due_on=check_due_on(calendar, moved_on),
        )
    )
    await session.flush()


async def record_finding(
    caller: Caller, session: AsyncSession, check_id: UUID, body: SustainedFindingRecord, expected_version: int
) -> tuple[SustainedCheck, date | None]:
    """A party on the placing side says whether the move was sustained; what was said before stays on record.

    Raises NotFound, RuleRefused, PreconditionFailed.
    """
    seen, _ = await visible_check(caller, session, check_id)
    placement, role = await locked_for_party(caller, session, seen.placement_id)
    check, due_on = await visible_check(caller, session, check_id, lock=True)
    check.state = moved(check, expected_version, SUSTAINED_CHECKS, check.state, "record", role.value)
    number = len((await findings_of(caller, session, [check.id])).get(check.id, [])) + 1
    insist(
        may_record_finding(
            body.finding,
            due_on,
            caller.today,
            corrects=number > 1,
            reasoned=body.correction_reason is not None,
        )
    )
    said = body.model_dump() | {"correction_reason": body.correction_reason if number > 1 else None}
    check.finding = body.finding
    changed(check, caller)
    session.add(
        SustainedFinding(
            **said,
            check_id=check.id,
            placement_id=placement.id,
            number=number,
            recorded_by_id=caller.organisation_id,
            recorded_at=caller.now,
        )
    )
    await session.flush()
    path = f"{PATH}/{check.id}"
    await record_event(session, EventType.SUSTAINED_CHECK_RECORDED, path, caller.now, placements=[placement.id])
    return check, due_on
