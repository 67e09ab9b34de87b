"""Severing a child's identity, in two steps that share no transaction, so that nothing stored links old and new.

The request opens the new pupil and hides the old one; a duty then takes the old history to the sealed archive
(`duties_severance`). The audit entry of the request names the old pupil alone.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.clock import london_midnight
from app.models.pupils import Pupil
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.identity_severances import alert_open_about, hold_for_severance, successors_of_severance
from app.queries.pupils import own_pupil
from app.rules.identity_severance import may_sever
from app.schemas.identity_severances import IdentitySever, IdentitySevered
from app.services.changes import insist, made, must_be
from app.services.pupils import check_identity


async def sever_identity(
    caller: Caller, session: AsyncSession, pupil_id: UUID, body: IdentitySever, expected_version: int
) -> IdentitySevered:
    """Raises NotFound for a pupil that another registered, PreconditionFailed, Invalid, RuleRefused, Duplicate."""
    await hold_for_severance(caller, session, pupil_id)
    old = await own_pupil(caller, session, pupil_id)
    must_be(old.version, expected_version)
    await check_identity(caller, session, body.new_identity.model_dump(), "/new_identity")
    insist(
        may_sever(
            old_upn=old.upn,
            new_upn=body.new_identity.upn,
            alert_open=await alert_open_about(caller, session, old),
        )
    )
    new = Pupil(
        **made(london_midnight(caller.today)),
        registered_by_id=caller.organisation_id,
        **body.new_identity.model_dump(),
    )
    session.add(new)
    await session.flush()
    placements = await successors_of_severance(caller, session, old, new, caller.now)
    path, me = f"/v1/pupils/{new.id}", caller.organisation_id
    await record_event(session, EventType.PUPIL_REGISTERED, path, caller.now, organisations=[me])
    return IdentitySevered(pupil_id=new.id, placement_ids=placements)
