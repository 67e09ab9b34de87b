"""Keeping the directory: a council registers providers and schools; a provider keeps its own entry."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import Contact, Identifier, Organisation, OrganisationKind, Site
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.directory import visible_organisation
from app.rules.identifiers import canonical_identifier, check_identifier
from app.schemas.directory import IdentifierWire, ProviderCreate, ProviderUpdate, SchoolCreate
from app.services.changes import changed, made, must_be
from app.services.contacts import check_contacts


async def register_provider(caller: Caller, session: AsyncSession, body: ProviderCreate) -> Organisation:
    """Takes a provider into the directory under the calling council. Raises Invalid for a misshapen identifier."""
    _check_identifiers(body.identifiers)
    check_contacts(body.contacts, OrganisationKind.PROVIDER)
    provider = Organisation(
        **made(caller.now),
        kind=OrganisationKind.PROVIDER,
        name=body.name,
        sandbox_id=caller.sandbox_id,
        registered_by_id=caller.organisation_id,
        category=body.category,
        offer=body.offer,
        target_groups=body.target_groups,
        published=body.published,
    )
    session.add(provider)
    await session.flush()
    session.add_all(_identifiers(provider, body.identifiers))
    session.add_all(Site(organisation_id=provider.id, **site.model_dump()) for site in body.sites)
    session.add_all(Contact(organisation_id=provider.id, **contact.model_dump()) for contact in body.contacts)
    await session.flush()
    await tell(caller, session, provider, EventType.PROVIDER_REGISTERED)
    return provider


async def register_school(caller: Caller, session: AsyncSession, body: SchoolCreate) -> Organisation:
    """Takes a school of the calling council into the directory. Raises Invalid for a misshapen identifier."""
    _check_identifiers(body.identifiers)
    check_contacts(body.contacts, OrganisationKind.SCHOOL)
    school = Organisation(
        **made(caller.now),
        kind=OrganisationKind.SCHOOL,
        name=body.name,
        sandbox_id=caller.sandbox_id,
        council_id=caller.organisation_id,
        registered_by_id=caller.organisation_id,
    )
    session.add(school)
    await session.flush()
    session.add_all(_identifiers(school, body.identifiers))
    session.add_all(Contact(organisation_id=school.id, **contact.model_dump()) for contact in body.contacts)
    await session.flush()
    audience = {school.id, caller.organisation_id}
    await record_event(
        session, EventType.SCHOOL_REGISTERED, f"/v1/schools/{school.id}", caller.now, organisations=audience
    )
    return school


async def kept_provider(caller: Caller, session: AsyncSession, provider_id: UUID) -> Organisation:
    """The provider, locked, whose entry the caller keeps: its own, or one it registered. Raises NotFound."""
    provider = await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id, lock=True)
    if caller.organisation_id not in (provider.id, provider.registered_by_id):
        raise NotFound
    return provider


async def change_provider(
    caller: Caller, session: AsyncSession, provider_id: UUID, body: ProviderUpdate, expected_version: int
) -> Organisation:
    """Changes the provider's own entry, or that of a provider the calling council registered."""
    provider = await kept_provider(caller, session, provider_id)
    must_be(provider.version, expected_version)
    for member, value in body.model_dump(exclude_unset=True).items():
        setattr(provider, member, value)
    changed(provider, caller)
    await session.flush()
    await tell(caller, session, provider, EventType.PROVIDER_CHANGED)
    return provider


def _identifiers(organisation: Organisation, identifiers: Sequence[IdentifierWire]) -> list[Identifier]:
    return [
        Identifier(organisation_id=organisation.id, scheme=i.scheme, value=canonical_identifier(i.scheme, i.value))
        for i in identifiers
    ]


def _check_identifiers(identifiers: Sequence[IdentifierWire]) -> None:
    faults = []
    for index, identifier in enumerate(identifiers):
        if identifier.scheme in {earlier.scheme for earlier in identifiers[:index]}:
            faults.append(FieldError(f"/identifiers/{index}/scheme", "repeated", "name each scheme once"))
        verdict = check_identifier(identifier.scheme, identifier.value)
        if not verdict:
            faults.append(FieldError(f"/identifiers/{index}/value", verdict.code, verdict.reason))
    if faults:
        raise Invalid(faults)


async def tell(caller: Caller, session: AsyncSession, provider: Organisation, event: EventType) -> None:
    """Records an event about a provider for itself, the caller and the council that registered it."""
    audience = {provider.id, caller.organisation_id} | (
        {provider.registered_by_id} if provider.registered_by_id else set()
    )
    await record_event(session, event, f"/v1/providers/{provider.id}", caller.now, organisations=audience)
