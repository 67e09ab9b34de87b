"""Who the caller is."""

from typing import Annotated

from app.access.caller import Caller
from app.access.permission import allow
from app.schemas.me import Me
from app.web.router import edge_router

router = edge_router("me")


@router.get("/me", operation_id="get_me")
async def get_me(caller: Annotated[Caller, allow(None)]) -> Me:
    """What this credential is, may do, and what time it is for its organisation."""
    return Me(
        client_id=caller.client_id,
        client_name=caller.client_name,
        organisation_id=caller.organisation_id,
        organisation_name=caller.organisation_name,
        kind=caller.kind,
        scopes=sorted(caller.scopes),
        sandbox=caller.sandbox_id is not None,
        now=caller.now,
        today=caller.today,
    )
