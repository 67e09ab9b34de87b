"""Registering pupils."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import OrganisationKind
from app.models.pupils import Pupil
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.directory import visible_organisation
from app.rules.upn import check_upn
from app.schemas.pupils import PupilCreate
from app.services.changes import made


async def register_pupil(caller: Caller, session: AsyncSession, body: PupilCreate) -> Pupil:
    """Registers a child for the calling organisation. Raises Invalid; Duplicate for a UPN it already registered.

    Another organisation's record of the same child is neither looked for nor revealed.
    """
    await check_identity(caller, session, body)
    pupil = Pupil(**made(caller.now), registered_by_id=caller.organisation_id, **body.model_dump())
    session.add(pupil)
    await session.flush()
    caller.sees_pupils(pupil.id)
    path, me = f"/v1/pupils/{pupil.id}", caller.organisation_id
    await record_event(session, EventType.PUPIL_REGISTERED, path, caller.now, organisations=[me])
    return pupil


async def check_identity(caller: Caller, session: AsyncSession, body: PupilCreate, under: str = "") -> None:
    """Raises Invalid naming every fault of a child's particulars, which stand in the request `under` this pointer."""
    faults = []
    if body.upn is not None and not (verdict := check_upn(body.upn)):
        faults.append(FieldError(f"{under}/upn", verdict.code, verdict.reason))
    if body.date_of_birth >= caller.today:
        faults.append(FieldError(f"{under}/date_of_birth", "not_born_yet", "must be before today"))
    if body.home_council_id is not None:
        try:
            await visible_organisation(caller, session, OrganisationKind.COUNCIL, body.home_council_id)
        except NotFound:
            faults.append(FieldError(f"{under}/home_council_id", "council_not_found", "is no council in the directory"))
    if faults:
        raise Invalid(faults)
