"""Severing a child's identity: a new pupil, and no link to the old one."""

from typing import Annotated

from fastapi import Request

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.schemas.identity_severances import IdentitySever, IdentitySevered
from app.schemas.wire import Id
from app.services import identity_severances
from app.web.conditional import ExpectedVersion
from app.web.edge import Session
from app.web.idempotency import keep_instead
from app.web.router import edge_router

router = edge_router("pupils")


@router.post("/pupils/{pupil_id}/identity-severance", operation_id="sever_identity")
async def sever_identity(
    pupil_id: Id,
    body: IdentitySever,
    expected: ExpectedVersion,
    caller: Annotated[Caller, allow(Scope.PUPILS_SEVER, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)],
    session: Session,
    request: Request,
) -> IdentitySevered:
    """For a child who is adopted or at risk: closes the pupil, and goes on under a new one with no link kept.

    Only the organisation that registered the pupil may. Its placements in force go on from today as new placements of
    the new pupil, with the same parties, timetable and end; proposals are made anew. The old ids lead nowhere at once,
    and what is held under them is taken to an archive that no client reaches. The answer is given once: a repeat of the
    request with the same key is told neither id, so that no stored reply links the two.
    """
    severed = await identity_severances.sever_identity(caller, session, pupil_id, body, expected)
    keep_instead(request, IdentitySevered(pupil_id=None, placement_ids=[]))
    return severed
