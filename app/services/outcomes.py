"""Outcomes: recorded by the commissioner when a placement ends, and corrected by a further statement."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.outcomes import Outcome
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Duplicate, FieldError, Invalid, RuleRefused
from app.queries.educators import may_find_educator
from app.queries.statements import Stated, standing_statement, visible_statement
from app.rules.agreements import PartyRole
from app.rules.outcomes import (
    OUTCOMES,
    Destination,
    fits_destination,
    fits_objectives,
    may_record_outcome,
    moved_on,
    needs_check,
    outcome_state,
)
from app.rules.sources import OUR_OWN
from app.rules.sustained_checks import SustainedCheckKind
from app.rules.verdict import Refused
from app.schemas.outcomes import OutcomeCorrect, OutcomeRecord, OutcomeStatement
from app.services.changes import insist, state_after
from app.services.placements_parties import locked_for_party
from app.services.statements import Stamped, correcting, first_of, must_stand
from app.services.sustained_checks import follow_destination

PATH = "/v1/outcomes"
_COMMISSIONER_ALONE = Refused(
    "wrong_party",
    "Only the commissioner records how a placement came out.",
    OUR_OWN,
    {"may_be_done_by": [PartyRole.COMMISSIONER.value]},
)


async def record_outcome(caller: Caller, session: AsyncSession, body: OutcomeRecord) -> Stated[Outcome]:
    """The commissioner's first statement. Raises NotFound, RuleRefused, Duplicate, Invalid."""
    placement, role = await locked_for_party(caller, session, body.placement_id)
    if role is not PartyRole.COMMISSIONER:
        raise RuleRefused(_COMMISSIONER_ALONE)
    insist(may_record_outcome(placement.state, placement.ends_on, caller.today))
    if await standing_statement(caller, session, Outcome, placement.id) is not None:
        raise Duplicate("The placement has an outcome; correct that one.")
    stamps = first_of(caller, placement.id)
    return await _keep(caller, session, placement, body, stamps, EventType.OUTCOME_RECORDED)


async def correct_outcome(
    caller: Caller, session: AsyncSession, outcome_id: UUID, body: OutcomeCorrect, expected_version: int
) -> Stated[Outcome]:
    """A further statement takes the place of one that stands; both stay on record.

    Raises NotFound, RuleRefused, PreconditionFailed, Invalid.
    """
    seen = await visible_statement(caller, session, Outcome, outcome_id)
    placement, role = await locked_for_party(caller, session, seen.statement.placement_id)
    before = await visible_statement(caller, session, Outcome, outcome_id)
    must_stand(before, expected_version)
    state_after(OUTCOMES, outcome_state(superseded=before.superseded_by_id is not None), "correct", role.value)
    stamps = correcting(caller, before)
    return await _keep(caller, session, placement, body, stamps, EventType.OUTCOME_CORRECTED)


async def _keep(
    caller: Caller,
    session: AsyncSession,
    placement: Placement,
    body: OutcomeStatement,
    stamps: Stamped,
    event: EventType,
) -> Stated[Outcome]:
    await _check_destination(caller, session, placement, body)
    said: dict[str, Any] = body.model_dump(exclude={"placement_id", "objectives"})
    if body.destination is Destination.RETURNED_TO_MAINSTREAM_HOST_SCHOOL:
        said["destination_id"] = placement.host_school_id
    outcome = Outcome(
        **stamps,
        **said,
        recorded_at=caller.now,
        moved_on=moved_on(placement.ends_on, body.destination_from_on),
        objectives=_objectives(placement, body),
    )
    session.add(outcome)
    await session.flush()
    await follow_destination(
        caller,
        session,
        placement,
        SustainedCheckKind.TRANSITION,
        outcome.id,
        moved_on=outcome.moved_on if needs_check(outcome.destination) else None,
        elsewhere=await _elsewhere(caller, session, outcome),
    )
    await record_event(session, event, f"{PATH}/{outcome.id}", caller.now, placements=[placement.id])
    return Stated(outcome, None, None)


async def _elsewhere(caller: Caller, session: AsyncSession, outcome: Outcome) -> bool:
    """Whether a statement names another destination than the one that it supersedes."""
    if outcome.supersedes_id is None:
        return True
    before = (await visible_statement(caller, session, Outcome, outcome.supersedes_id)).statement
    return _place(before) != _place(outcome)


def _place(outcome: Outcome) -> tuple[object, ...]:
    return outcome.destination, outcome.destination_id, outcome.destination_name, outcome.destination_urn


async def _check_destination(
    caller: Caller, session: AsyncSession, placement: Placement, body: OutcomeStatement
) -> None:
    """Raises Invalid naming every fault, RuleRefused where the destination does not agree with itself."""
    faults = [
        FieldError("/objectives" if at < 0 else f"/objectives/{at}/number", fault.code, fault.reason)
        for at, fault in fits_objectives([each.number for each in body.objectives], len(placement.objectives))
    ]
    written = body.destination_name is not None or body.destination_urn is not None
    if body.destination_id is not None:
        if written:
            faults.append(FieldError("/destination_id", "one_of", "name the organisation by its id or in words"))
        if not await may_find_educator(caller, session, body.destination_id):
            faults.append(FieldError("/destination_id", "organisation_not_found", "names nothing that you may see"))
    if faults:
        raise Invalid(faults)
    insist(
        fits_destination(
            body.destination,
            names_organisation=body.destination_id is not None or written,
            is_host_school=None if body.destination_id is None else body.destination_id == placement.host_school_id,
            has_host_school=placement.host_school_id is not None,
            starts_on=placement.starts_on,
            from_on=body.destination_from_on,
        )
    )


def _objectives(placement: Placement, body: OutcomeStatement) -> list[dict[str, Any]]:
    """Each objective with its words as they are now, so that the statement can be read alone."""
    return [
        {"number": each.number, "objective": placement.objectives[each.number - 1], "result": each.result.value}
        for each in sorted(body.objectives, key=lambda each: each.number)
    ]


def warnings_of(outcome: Outcome, placement: Placement) -> list[str]:
    """What a later change of the placement has made odd."""
    return ["placement_ends_later"] if placement.ends_on >= outcome.moved_on else []
