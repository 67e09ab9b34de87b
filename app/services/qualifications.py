"""Qualifications: recorded by the parties of a placement, each result and correction as a further statement."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.models.qualifications import Qualification, QualificationStatement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Duplicate
from app.queries.qualifications import is_recorded, visible_qualification
from app.rules.qualifications import (
    QUALIFICATIONS,
    QualificationState,
    fits_qualification,
    may_record_qualification,
)
from app.schemas.qualifications import (
    QualificationAchieve,
    QualificationCorrect,
    QualificationMiss,
    QualificationRecord,
    QualificationWithdraw,
)
from app.services.changes import changed, insist, made, moved
from app.services.placements_parties import locked_for_party

PATH = "/v1/qualifications"
Known = tuple[Qualification, QualificationStatement]
"""A qualification, and the statement that counts."""
_SAID = (
    "kind",
    "title",
    "unit",
    "awarding_body",
    "level",
    "qualification_number",
    "entered_on",
    "achieved_on",
    "grade",
    "evidence",
)


async def record_qualification(caller: Caller, session: AsyncSession, body: QualificationRecord) -> Known:
    """A party's first statement. Raises NotFound, RuleRefused, Duplicate."""
    placement, _ = await locked_for_party(caller, session, body.placement_id)
    insist(may_record_qualification(placement.state))
    named = (body.title, body.unit, body.awarding_body)
    if await is_recorded(caller, session, placement.id, named, body.achieved_on):
        raise Duplicate("The placement has that qualification; record its result, or correct it.")
    state = QualificationState.ENTERED if body.achieved_on is None else QualificationState.ACHIEVED
    qualification = Qualification(**made(caller.now), placement_id=placement.id, state=state, said=1)
    session.add(qualification)
    await session.flush()
    said = body.model_dump(exclude={"placement_id"})
    return await _keep(caller, session, placement, qualification, said, EventType.QUALIFICATION_RECORDED)


async def achieve_qualification(
    caller: Caller, session: AsyncSession, qualification_id: UUID, body: QualificationAchieve, expected_version: int
) -> Known:
    """The pupil achieved it, at once or at another attempt. Raises NotFound, PreconditionFailed, RuleRefused."""
    placement, qualification, said = await _moved(caller, session, qualification_id, "achieve", expected_version)
    said |= body.model_dump()
    return await _keep(caller, session, placement, qualification, said, EventType.QUALIFICATION_ACHIEVED)


async def miss_qualification(
    caller: Caller, session: AsyncSession, qualification_id: UUID, body: QualificationMiss, expected_version: int
) -> Known:
    """The pupil did not achieve it. Raises NotFound, PreconditionFailed, RuleRefused."""
    placement, qualification, said = await _moved(caller, session, qualification_id, "miss", expected_version)
    said |= body.model_dump()
    return await _keep(caller, session, placement, qualification, said, EventType.QUALIFICATION_NOT_ACHIEVED)


async def withdraw_qualification(
    caller: Caller, session: AsyncSession, qualification_id: UUID, body: QualificationWithdraw, expected_version: int
) -> Known:
    """The pupil is taken out, or it was recorded in error. Raises NotFound, PreconditionFailed, RuleRefused."""
    placement, qualification, said = await _moved(caller, session, qualification_id, "withdraw", expected_version)
    said |= body.model_dump()
    return await _keep(caller, session, placement, qualification, said, EventType.QUALIFICATION_WITHDRAWN)


async def correct_qualification(
    caller: Caller, session: AsyncSession, qualification_id: UUID, body: QualificationCorrect, expected_version: int
) -> Known:
    """A further statement takes the place of the one that counts. Raises NotFound, PreconditionFailed, RuleRefused."""
    placement, qualification, _ = await _moved(caller, session, qualification_id, "correct", expected_version)
    said = body.model_dump(exclude={"correction_reason"}) | {"reason": body.correction_reason}
    return await _keep(caller, session, placement, qualification, said, EventType.QUALIFICATION_CORRECTED)


async def _moved(
    caller: Caller, session: AsyncSession, qualification_id: UUID, verb: str, expected_version: int
) -> tuple[Placement, Qualification, dict[str, Any]]:
    """The placement and the qualification, locked, in the state that the verb leads to, and what was said before."""
    seen, _ = await visible_qualification(caller, session, qualification_id)
    placement, role = await locked_for_party(caller, session, seen.placement_id)
    qualification, before = await visible_qualification(caller, session, qualification_id, lock=True)
    after = moved(qualification, expected_version, QUALIFICATIONS, qualification.state, verb, role.value)
    qualification.state, qualification.said = after, qualification.said + 1
    changed(qualification, caller)
    return placement, qualification, before.model_dump(include=set(_SAID))


async def _keep(
    caller: Caller,
    session: AsyncSession,
    placement: Placement,
    qualification: Qualification,
    said: dict[str, Any],
    event: EventType,
) -> Known:
    """Judges and keeps the statement that counts from now on."""
    if qualification.state is not QualificationState.WITHDRAWN:
        insist(
            fits_qualification(
                qualification.state,
                said["kind"],
                unit=said["unit"],
                entered_on=said["entered_on"],
                achieved_on=said["achieved_on"],
                grade=said["grade"],
                starts_on=placement.starts_on,
                today=caller.today,
            )
        )
    statement = QualificationStatement(
        **said,
        qualification_id=qualification.id,
        placement_id=placement.id,
        number=qualification.said,
        state=qualification.state,
        recorded_by_id=caller.organisation_id,
        recorded_at=caller.now,
    )
    session.add(statement)
    await session.flush()
    await record_event(session, event, f"{PATH}/{qualification.id}", caller.now, placements=[placement.id])
    return qualification, statement
