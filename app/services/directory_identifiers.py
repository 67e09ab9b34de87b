"""Official numbers of organisations: replaced all at once, by the organisation or by whoever keeps its entry."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.directory import identifiers_of
from app.schemas.directory_identifiers import IdentifiersReplace
from app.services.changes import changed, must_be
from app.services.directory import check_identifiers, kept_organisation, new_identifiers, tell


async def replace_identifiers(
    caller: Caller,
    session: AsyncSession,
    kind: OrganisationKind,
    organisation_id: UUID,
    body: IdentifiersReplace,
    expected_version: int,
) -> Organisation:
    """Raises NotFound where the caller keeps no such entry, Invalid for a misshapen or repeated identifier."""
    organisation = await kept_organisation(caller, session, kind, organisation_id)
    must_be(organisation.version, expected_version)
    check_identifiers(body.identifiers)
    for each in await identifiers_of(session, organisation.id):
        await session.delete(each)
    await session.flush()
    session.add_all(new_identifiers(organisation, body.identifiers))
    changed(organisation, caller)
    await session.flush()
    if kind is OrganisationKind.PROVIDER:
        await tell(caller, session, organisation, EventType.PROVIDER_CHANGED)
    else:
        event = EventType.SCHOOL_CHANGED if kind is OrganisationKind.SCHOOL else EventType.COUNCIL_CHANGED
        audience = {organisation.id, caller.organisation_id} | ({organisation.council_id} - {None})
        path = f"/v1/{kind.value}s/{organisation.id}"
        await record_event(session, event, path, caller.now, organisations=[a for a in audience if a is not None])
    return organisation
