"""Registering pupils, correcting what was registered, and moving them to another home council."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import OrganisationKind
from app.models.pupils import Pupil
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.directory import visible_organisation
from app.queries.double_timetabling import clashing_sessions_as
from app.queries.pupils import own_pupil
from app.queries.viewers import visible_among
from app.rules.double_timetabling import not_timetabled_elsewhere
from app.rules.upn import check_upn
from app.rules.viewers import may_move_home
from app.schemas.pupils import PupilCreate, PupilMove, PupilUpdate
from app.services.changes import changed, insist, made, must_be

PATH = "/v1/pupils"

# The viewers of the child's placements move with its home, in one function: nobody else adds to who may see what.
_MOVE_HOME = text("select move_home(:pupil_id, :council_id, :from_on)")


async def register_pupil(caller: Caller, session: AsyncSession, body: PupilCreate) -> Pupil:
    """Registers a child for the calling organisation. Raises Invalid; Duplicate for a UPN it already registered.

    Another organisation's record of the same child is never revealed.
    """
    await check_identity(caller, session, body.model_dump())
    pupil = Pupil(**made(caller.now), registered_by_id=caller.organisation_id, **body.model_dump())
    session.add(pupil)
    await session.flush()
    caller.sees_pupils(pupil.id)
    await _tell(caller, session, pupil, EventType.PUPIL_REGISTERED)
    return pupil


async def correct_pupil(
    caller: Caller, session: AsyncSession, pupil_id: UUID, body: PupilUpdate, expected_version: int
) -> Pupil:
    """Corrects what the caller registered of a child; a UPN says from then on which records are of one child.

    Raises NotFound, PreconditionFailed, Invalid, Duplicate; RuleRefused where the child of that UPN is timetabled
    elsewhere at a session of a placement of this one.
    """
    pupil = await own_pupil(caller, session, pupil_id)
    caller.sees_pupils(pupil.id)
    must_be(pupil.version, expected_version)
    corrections = body.model_dump(exclude_unset=True)
    await check_identity(caller, session, corrections)
    upn = corrections.get("upn")
    if upn is not None and upn != pupil.upn:
        insist(not_timetabled_elsewhere(await clashing_sessions_as(session, pupil.id, upn, caller.today)))
    for member, value in corrections.items():
        setattr(pupil, member, value)
    changed(pupil, caller)
    await _tell(caller, session, pupil, EventType.PUPIL_CHANGED)
    return pupil


async def move_pupil(
    caller: Caller, session: AsyncSession, pupil_id: UUID, body: PupilMove, expected_version: int
) -> Pupil:
    """Another council is the child's home council from a day on: it sees the child's placements from that day.

    The one before keeps what fell in its days. Raises NotFound, PreconditionFailed, Invalid, RuleRefused.
    """
    pupil = await own_pupil(caller, session, pupil_id)
    caller.sees_pupils(pupil.id)
    must_be(pupil.version, expected_version)
    await check_identity(caller, session, {"home_council_id": body.home_council_id})
    insist(
        may_move_home(
            now_with=pupil.home_council_id,
            to=body.home_council_id,
            from_on=body.from_on,
            today=caller.today,
            since=pupil.home_council_since,
        )
    )
    asked = {"pupil_id": pupil.id, "council_id": body.home_council_id, "from_on": body.from_on}
    moved = (await session.scalars(_MOVE_HOME, asked)).all()
    await session.refresh(pupil)
    changed(pupil, caller)
    await _tell(caller, session, pupil, EventType.PUPIL_CHANGED)
    for each in await visible_among(caller, session, moved):
        await record_event(
            session, EventType.VIEWERS_CHANGED, f"/v1/placements/{each}/viewers", caller.now, placements=[each]
        )
    return pupil


async def check_identity(caller: Caller, session: AsyncSession, said: Mapping[str, Any], under: str = "") -> None:
    """Raises Invalid naming every particular that cannot be true of a child; they stand `under` this pointer."""
    faults = []
    if said.get("upn") is not None and not (verdict := check_upn(said["upn"])):
        faults.append(FieldError(f"{under}/upn", verdict.code, verdict.reason))
    if "date_of_birth" in said and said["date_of_birth"] >= caller.today:
        faults.append(FieldError(f"{under}/date_of_birth", "not_born_yet", "must be before today"))
    if said.get("home_council_id") is not None:
        try:
            await visible_organisation(caller, session, OrganisationKind.COUNCIL, said["home_council_id"])
        except NotFound:
            faults.append(FieldError(f"{under}/home_council_id", "council_not_found", "is no council in the directory"))
    if faults:
        raise Invalid(faults)


async def _tell(caller: Caller, session: AsyncSession, pupil: Pupil, event: EventType) -> None:
    await session.flush()
    me = caller.organisation_id
    await record_event(session, event, f"{PATH}/{pupil.id}", caller.now, organisations=[me])
