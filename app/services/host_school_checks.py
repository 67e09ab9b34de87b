"""Recording what the host school did while the child was away, and telling what is due."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.host_school_checks import HostSchoolCheck
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Conflict, FieldError, Invalid, RuleRefused
from app.queries.calendars import school_calendar
from app.queries.host_school_checks import settled_checks, visible_check
from app.rules.agreements import PartyRole
from app.rules.host_school_checks import CheckStanding, check_standings, may_record_check
from app.rules.placements import PlacementState
from app.rules.sources import SALFORD
from app.rules.verdict import Refused
from app.schemas.host_school_checks import CheckRecord
from app.services.changes import insist, made
from app.services.placements_parties import locked_for_party


def path_of(placement_id: UUID) -> str:
    return f"/v1/placements/{placement_id}/checks"


async def record_check(caller: Caller, session: AsyncSession, placement_id: UUID, body: CheckRecord) -> HostSchoolCheck:
    """The host school says what it did; for a child on no roll, the commissioner does.

    Raises NotFound, Conflict, Invalid for a correction of nothing, RuleRefused.
    """
    placement, _ = await locked_for_party(caller, session, placement_id)
    _insist_on_host_school(caller, placement)
    if placement.state is not PlacementState.ACCEPTED:
        raise Conflict("Only an accepted placement has anything to check.")
    insist(
        may_record_check(
            body.kind,
            body.outcome,
            body.done_on,
            today=caller.today,
            starts_on=placement.starts_on,
            ends_on=placement.ends_on,
        )
    )
    await _check_correction(caller, session, placement, body)
    check = HostSchoolCheck(
        **made(caller.now), **body.model_dump(), placement_id=placement.id, recorded_by_id=caller.organisation_id
    )
    session.add(check)
    await session.flush()
    await record_event(session, EventType.CHECK_RECORDED, path_of(placement.id), caller.now, placements=[placement.id])
    return check


async def checks_due(caller: Caller, session: AsyncSession, placement: Placement) -> Sequence[CheckStanding]:
    """Where every kind of check of a placement stands today; nothing is asked for of one that is not accepted."""
    if placement.state is not PlacementState.ACCEPTED:
        return ()
    return check_standings(
        await school_calendar(session, placement.calendar_id),
        starts_on=placement.starts_on,
        ends_on=placement.ends_on,
        done=await settled_checks(caller, session, placement.id),
        today=caller.today,
    )


def _insist_on_host_school(caller: Caller, placement: Placement) -> None:
    role = PartyRole.HOST_SCHOOL if placement.host_school_id else PartyRole.COMMISSIONER
    if caller.organisation_id != (placement.host_school_id or placement.commissioner_id):
        by = role.value.replace("_", " ")
        steps: dict[str, str | list[str]] = {"may_be_done_by": [role.value]}
        raise RuleRefused(Refused("wrong_party", f"Only the {by} records what it did.", SALFORD, steps))


async def _check_correction(caller: Caller, session: AsyncSession, placement: Placement, body: CheckRecord) -> None:
    if body.corrects_id is None:
        return
    found = await visible_check(caller, session, placement.id, body.corrects_id)
    if found is None or found[0].kind is not body.kind:
        fault = FieldError("/corrects_id", "check_not_found", "names no check of this kind on the placement")
        raise Invalid([fault])
    if found[1] is not None:
        raise Conflict("That entry has been corrected already; correct the one that stands.")
