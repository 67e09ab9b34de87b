"""Keeping the contacts of a placement: every party lists its own, and all who see the placement read them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placement_contacts import PlacementContact
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid
from app.queries.placement_contacts import placement_contacts
from app.rules.placement_contacts import check_placement_contact
from app.schemas.placement_contacts import PlacementContactsReplace, PlacementContactWrite
from app.services.changes import changed, must_be
from app.services.placements_parties import locked_for_party


async def replace_placement_contacts(
    caller: Caller, session: AsyncSession, placement_id: UUID, body: PlacementContactsReplace, expected_version: int
) -> Placement:
    """Replaces the contacts that the calling party lists; one that was listed already keeps its day.

    Raises NotFound, RuleRefused for one who only watches, PreconditionFailed, Invalid naming each that cannot be kept.
    """
    placement, _ = await locked_for_party(caller, session, placement_id)
    must_be(placement.version, expected_version)
    _check(caller, placement, body.contacts)
    wanted = [each.model_dump() for each in body.contacts]
    known = await placement_contacts(caller, session, placement.id)
    for contact in [each for each in known if each.kept_by_id == caller.organisation_id]:
        said = contact.model_dump(include=set(PlacementContactWrite.model_fields))
        if said in wanted:
            wanted.remove(said)
        else:
            await session.delete(contact)
    session.add_all(
        PlacementContact(**each, placement_id=placement.id, kept_by_id=caller.organisation_id, listed_on=caller.today)
        for each in wanted
    )
    changed(placement, caller)
    await session.flush()
    path = f"/v1/placements/{placement.id}/contacts"
    await record_event(session, EventType.PLACEMENT_CONTACTS_REPLACED, path, caller.now, placements=[placement.id])
    return placement


def _check(caller: Caller, placement: Placement, contacts: Sequence[PlacementContactWrite]) -> None:
    faults = []
    for index, contact in enumerate(contacts):
        verdict = check_placement_contact(
            contact.role,
            by_host_school=caller.organisation_id == (placement.host_school_id or placement.commissioner_id),
            by_provider=caller.organisation_id == placement.provider_id,
            email=contact.email is not None,
            phone=contact.phone is not None,
            told_daily=contact.told_daily_attendance,
        )
        if not verdict:
            faults.append(FieldError(f"/contacts/{index}", verdict.code, verdict.reason))
    if faults:
        raise Invalid(faults)
