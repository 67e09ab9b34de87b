"""Ending a placement early: notice by either side, for the last open pupil day of a half-term, and taking it back."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import TerminationNotice
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Conflict
from app.queries.calendars import school_calendar
from app.queries.terminations import visible_notice
from app.rules.placements import PlacementState
from app.rules.termination import TERMINATION_NOTICES, NoticeState, may_terminate, notice_state
from app.schemas.terminations import NoticeGive
from app.services.changes import changed, insist, made, moved
from app.services.placements_ending import days_that_end_it, end_as_it_stands, end_on
from app.services.placements_parties import locked_for_party

PATH = "/v1/termination-notices"


async def give_notice(caller: Caller, session: AsyncSession, body: NoticeGive) -> TerminationNotice:
    """A party ends the placement early, with effect at once on everything after the day it names.

    Raises NotFound, Conflict, and RuleRefused, which names the next lawful dates.
    """
    placement, _ = await locked_for_party(caller, session, body.placement_id)
    if placement.state is not PlacementState.ACCEPTED:
        raise Conflict("Only an accepted placement can be terminated; a proposal is withdrawn or declined.")
    ending = await days_that_end_it(session, placement)
    insist(
        may_terminate(
            await school_calendar(session, placement.calendar_id),
            effective_on=body.effective_on,
            given_on=caller.today,
            starts_on=placement.starts_on,
            planned_end_on=placement.planned_end_on,
            already_ends_on=ending[0] if ending else None,
        )
    )
    notice = TerminationNotice(
        **made(caller.now),
        **body.model_dump(),
        given_by_id=caller.organisation_id,
        given_at=caller.now,
        previous_end_on=placement.ends_on,
    )
    session.add(notice)
    await session.flush()
    await end_on(caller, session, placement, body.effective_on)
    await _tell(caller, session, notice, EventType.TERMINATION_NOTICE_GIVEN)
    return notice


async def withdraw_notice(
    caller: Caller, session: AsyncSession, notice_id: UUID, expected_version: int
) -> TerminationNotice:
    """The giver takes its notice back before the day it names; the end that then stands is expected up to again.

    Raises NotFound, RuleRefused, PreconditionFailed.
    """
    seen = await visible_notice(caller, session, notice_id)
    placement, _ = await locked_for_party(caller, session, seen.placement_id)
    notice = await visible_notice(caller, session, notice_id, lock=True)
    giver = "party_that_gave_notice" if notice.given_by_id == caller.organisation_id else "other_party"
    moved(notice, expected_version, TERMINATION_NOTICES, state_of(notice, caller), "withdraw", giver)
    notice.withdrawn_at = caller.now
    changed(notice, caller)
    await session.flush()
    if placement.state is PlacementState.ACCEPTED:
        await end_as_it_stands(caller, session, placement)
    await _tell(caller, session, notice, EventType.TERMINATION_NOTICE_WITHDRAWN)
    return notice


def state_of(notice: TerminationNotice, caller: Caller) -> NoticeState:
    return notice_state(notice.effective_on, caller.today, withdrawn=notice.withdrawn_at is not None)


async def _tell(caller: Caller, session: AsyncSession, notice: TerminationNotice, event: EventType) -> None:
    await session.flush()
    await record_event(session, event, f"{PATH}/{notice.id}", caller.now, placements=[notice.placement_id])
