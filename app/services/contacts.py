"""Keeping contacts: every organisation says itself who is told when a child leaves without permission."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import Contact, ContactRole, Organisation, OrganisationKind
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid
from app.queries.contacts import own_contacts, own_organisation
from app.rules.contacts import check_contact
from app.schemas.contacts import ContactsReplace, ContactWrite
from app.services.changes import changed, must_be


async def replace_contacts(
    caller: Caller, session: AsyncSession, body: ContactsReplace, expected_version: int
) -> Organisation:
    """Replaces all contacts of the caller's organisation. Raises Invalid, naming each contact that cannot be kept."""
    organisation = await own_organisation(caller, session, lock=True)
    must_be(organisation.version, expected_version)
    check_contacts(body.contacts, caller.kind)
    for contact in await own_contacts(caller, session):
        await session.delete(contact)
    session.add_all(Contact(organisation_id=organisation.id, **each.model_dump()) for each in body.contacts)
    changed(organisation, caller)
    await session.flush()
    await record_event(
        session, EventType.CONTACTS_REPLACED, "/v1/contacts", caller.now, organisations=[organisation.id]
    )
    return organisation


def check_contacts(contacts: Sequence[ContactWrite], kept_by: OrganisationKind) -> None:
    """Raises Invalid, naming each contact that an organisation of this kind cannot keep."""
    faults = []
    for index, contact in enumerate(contacts):
        verdict = check_contact(
            of_police=contact.role is ContactRole.POLICE,
            kept_by_council=kept_by is OrganisationKind.COUNCIL,
            reachable=contact.email is not None or contact.phone is not None,
        )
        if not verdict:
            faults.append(FieldError(f"/contacts/{index}", verdict.code, verdict.reason))
    if faults:
        raise Invalid(faults)
