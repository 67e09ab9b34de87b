"""Keeping the directory: a council registers providers and schools; a provider keeps its own entry."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import Contact, Identifier, Organisation, OrganisationKind, Site
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.directory import keeps_its_own_entry, visible_organisation
from app.queries.directory_entries import entry_of
from app.queries.oversight import councils_overseeing
from app.rules.directory_entries import Publication, check_times, may_keep_entry, publication_of, target_groups_in
from app.rules.identifiers import canonical_identifier, check_identifier
from app.rules.verdict import Refused
from app.schemas.directory import IdentifierWire, OpeningTimeWire, ProviderCreate, ProviderUpdate, SchoolCreate
from app.services.changes import changed, insist, made, must_be
from app.services.contacts import check_contacts
from app.services.directory_words import keep_words, new_entry


async def register_provider(caller: Caller, session: AsyncSession, body: ProviderCreate) -> Organisation:
    """Takes a provider into the directory under the calling council.

    Raises Invalid for a misshapen identifier, an unreachable contact, or a site that closes before it opens.
    """
    check_identifiers(body.identifiers)
    check_contacts(body.contacts, OrganisationKind.PROVIDER)
    for index, site in enumerate(body.sites):
        check_opening_times(site.opening_times, f"/sites/{index}/opening_times")
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
        published_to_schools=body.published,
    )
    session.add(provider)
    await session.flush()
    session.add(new_entry(provider))
    session.add_all(new_identifiers(provider, body.identifiers))
    session.add_all(Site(organisation_id=provider.id, **site.model_dump()) for site in body.sites)
    session.add_all(Contact(organisation_id=provider.id, **contact.model_dump()) for contact in body.contacts)
    await session.flush()
    await tell(caller, session, provider, EventType.PROVIDER_REGISTERED)
    if provider.published:
        await tell(caller, session, provider, EventType.PROVIDER_PUBLISHED)
    return provider


async def register_school(caller: Caller, session: AsyncSession, body: SchoolCreate) -> Organisation:
    """Takes a school of the calling council into the directory. Raises Invalid for a misshapen identifier."""
    check_identifiers(body.identifiers)
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
    session.add_all(new_identifiers(school, body.identifiers))
    session.add_all(Contact(organisation_id=school.id, **contact.model_dump()) for contact in body.contacts)
    await session.flush()
    audience = {school.id, caller.organisation_id}
    await record_event(
        session, EventType.SCHOOL_REGISTERED, f"/v1/schools/{school.id}", caller.now, organisations=audience
    )
    return school


async def kept_organisation(
    caller: Caller, session: AsyncSession, kind: OrganisationKind, organisation_id: UUID
) -> Organisation:
    """The organisation, locked, whose entry the caller keeps: its own, or one it registered that has no client yet.

    Raises NotFound where the caller is neither, RuleRefused where the organisation keeps its entry itself by now.
    """
    found = await visible_organisation(caller, session, kind, organisation_id)
    own = caller.organisation_id == found.id
    if not own and caller.organisation_id != found.registered_by_id:
        raise NotFound
    insist(may_keep_entry(own=own, provider_keeps_its_own=not own and await keeps_its_own_entry(session, found.id)))
    return await visible_organisation(caller, session, kind, organisation_id, lock=True)


async def kept_provider(caller: Caller, session: AsyncSession, provider_id: UUID) -> Organisation:
    """The provider, locked, whose entry the caller keeps. Raises NotFound, RuleRefused."""
    return await kept_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)


async def change_provider(
    caller: Caller, session: AsyncSession, provider_id: UUID, body: ProviderUpdate, expected_version: int
) -> Organisation:
    """Changes the provider's own entry, or that of a provider that the calling council registered and still keeps."""
    provider = await kept_provider(caller, session, provider_id)
    must_be(provider.version, expected_version)
    told = body.model_dump(exclude_unset=True)
    was = publication_of(published=provider.published, published_to_schools=provider.published_to_schools)
    if "published" in told and told.pop("published") is not provider.published:
        publish(provider, Publication.EVERYONE if body.published else Publication.PRIVATE)
    for member, value in told.items():
        setattr(provider, member, value)
    entry = await entry_of(session, provider)
    entry.target_groups = [group.value for group in target_groups_in(provider.target_groups)[0]]
    keep_words(provider, entry)
    session.add(entry)
    changed(provider, caller)
    await session.flush()
    await tell_change(caller, session, provider, was)
    return provider


def publish(provider: Organisation, publication: Publication) -> Publication:
    """Sets how widely the entry is shown; returns how widely it was."""
    was = publication_of(published=provider.published, published_to_schools=provider.published_to_schools)
    provider.published = publication is Publication.EVERYONE
    provider.published_to_schools = publication is not Publication.PRIVATE
    return was


def new_identifiers(organisation: Organisation, identifiers: Sequence[IdentifierWire]) -> list[Identifier]:
    """In the form in which equal ones are equal."""
    return [
        Identifier(organisation_id=organisation.id, scheme=i.scheme, value=canonical_identifier(i.scheme, i.value))
        for i in identifiers
    ]


def check_identifiers(identifiers: Sequence[IdentifierWire]) -> None:
    """Raises Invalid, naming every one that is misshapen or of a scheme named before."""
    faults = []
    for index, identifier in enumerate(identifiers):
        if identifier.scheme in {earlier.scheme for earlier in identifiers[:index]}:
            faults.append(FieldError(f"/identifiers/{index}/scheme", "repeated", "name each scheme once"))
        verdict = check_identifier(identifier.scheme, identifier.value)
        if not verdict:
            faults.append(FieldError(f"/identifiers/{index}/value", verdict.code, verdict.reason))
    if faults:
        raise Invalid(faults)


def check_opening_times(times: Sequence[OpeningTimeWire], pointer: str = "/opening_times") -> None:
    """Raises Invalid, naming every one that closes before it opens."""
    verdicts = [check_times(each.opens_at, each.closes_at) for each in times]
    faults = [
        FieldError(f"{pointer}/{index}/closes_at", verdict.code, verdict.reason)
        for index, verdict in enumerate(verdicts)
        if isinstance(verdict, Refused)
    ]
    if faults:
        raise Invalid(faults)


async def tell_change(caller: Caller, session: AsyncSession, provider: Organisation, was: Publication) -> None:
    """Records that the entry changed, and where it is shown to more or fewer than before, that too."""
    await tell(caller, session, provider, EventType.PROVIDER_CHANGED)
    now = publication_of(published=provider.published, published_to_schools=provider.published_to_schools)
    if now is not was:
        wider = now.breadth > was.breadth
        await tell(caller, session, provider, EventType.PROVIDER_PUBLISHED if wider else EventType.PROVIDER_UNPUBLISHED)


async def tell(caller: Caller, session: AsyncSession, provider: Organisation, event: EventType) -> None:
    """Records an event about a provider for itself, the caller, and the councils that registered or awarded it."""
    audience = {provider.id, caller.organisation_id} | await councils_overseeing(session, provider.id)
    await record_event(session, event, f"/v1/providers/{provider.id}", caller.now, organisations=audience)
