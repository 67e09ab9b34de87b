"""Keeping the directory: a council registers providers and schools; a provider keeps its own entry."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import Contact, Identifier, Organisation, OrganisationKind, Site
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.directory import visible_organisation
from app.rules.identifiers import check_identifier
from app.schemas.directory import ProviderCreate, ProviderUpdate
from app.services.changes import changed, made
from app.web.conditional import must_be


async def register_provider(caller: Caller, session: AsyncSession, body: ProviderCreate) -> Organisation:
    """Takes a provider into the directory under the calling council. Raises Invalid for a misshapen identifier."""
    _check_identifiers(body)
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
    of_it = {"organisation_id": provider.id}
    session.add_all(Identifier(**of_it, scheme=i.scheme, value=i.value) for i in body.identifiers)
    session.add_all(Site(**of_it, **site.model_dump()) for site in body.sites)
    session.add_all(Contact(**of_it, **contact.model_dump()) for contact in body.contacts)
    await session.flush()
    await _tell(caller, session, provider, EventType.PROVIDER_REGISTERED)
    return provider


async def change_provider(
    caller: Caller, session: AsyncSession, provider_id: UUID, body: ProviderUpdate, expected_version: int
) -> Organisation:
    """Changes the provider's own entry, or that of a provider the calling council registered."""
    provider = await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id, lock=True)
    if caller.organisation_id not in (provider.id, provider.registered_by_id):
        raise NotFound
    must_be(provider.version, expected_version)
    for member, value in body.model_dump(exclude_unset=True).items():
        setattr(provider, member, value)
    changed(provider, caller)
    await session.flush()
    await _tell(caller, session, provider, EventType.PROVIDER_CHANGED)
    return provider


def _check_identifiers(body: ProviderCreate) -> None:
    faults = []
    for index, identifier in enumerate(body.identifiers):
        verdict = check_identifier(identifier.scheme, identifier.value)
        if not verdict:
            faults.append(FieldError(f"/identifiers/{index}/value", verdict.code, verdict.reason))
    if faults:
        raise Invalid(faults)


async def _tell(caller: Caller, session: AsyncSession, provider: Organisation, event: EventType) -> None:
    audience = {provider.id, caller.organisation_id} | (
        {provider.registered_by_id} if provider.registered_by_id else set()
    )
    await record_event(session, event, f"/v1/providers/{provider.id}", caller.now, organisations=audience)
