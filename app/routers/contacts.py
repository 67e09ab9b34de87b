"""Contacts of the caller's own organisation: where absconding alerts go."""

from typing import Annotated

from fastapi import Response

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import Organisation
from app.queries.contacts import own_contacts, own_organisation
from app.schemas.contacts import ContactRead, ContactsRead, ContactsReplace
from app.services import contacts
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("directory")


@router.get("/contacts", operation_id="get_contacts")
async def get_contacts(
    caller: Annotated[Caller, allow(Scope.DIRECTORY_READ)], session: Session, response: Response
) -> ContactsRead:
    """Whom we tell at your organisation; a council's include the police of its area."""
    return await _shown(caller, session, response, await own_organisation(caller, session))


@router.put("/contacts", operation_id="replace_contacts")
async def replace_contacts(
    body: ContactsReplace,
    expected: ExpectedVersion,
    caller: Annotated[Caller, allow(Scope.DIRECTORY_WRITE)],
    session: Session,
    response: Response,
) -> ContactsRead:
    """Replaces all contacts of your organisation. Each needs an email address or a phone number."""
    return await _shown(caller, session, response, await contacts.replace_contacts(caller, session, body, expected))


async def _shown(caller: Caller, session: Session, response: Response, organisation: Organisation) -> ContactsRead:
    tag(response, organisation.version)
    kept = [
        ContactRead.model_validate(c.model_dump(include=set(ContactRead.model_fields)))
        for c in await own_contacts(caller, session)
    ]
    return ContactsRead(contacts=kept, changed_at=organisation.changed_at)
