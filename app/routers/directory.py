"""Councils, schools and providers."""

from typing import Annotated

from fastapi import Response
from sqlalchemy import Select
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import Organisation, OrganisationKind
from app.queries.directory import Entry, entries, visible_organisation, visible_organisations, with_identifier
from app.routers.directory_identifiers import NamedByIdentifier, identifier_remarks, identifiers_shown
from app.rules.directory_entries import publication_of
from app.schemas.directory import OrganisationRead, ProviderCreate, ProviderRead, ProviderUpdate, SchoolCreate
from app.schemas.wire import Id, Instant
from app.services import directory
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Cut, Page, Pages
from app.web.router import edge_router

router = edge_router("directory")

Reader = Annotated[Caller, allow(Scope.DIRECTORY_READ)]


@router.get("/councils", operation_id="list_councils")
async def list_councils(
    caller: Reader,
    session: Session,
    pages: Pages,
    named: NamedByIdentifier,
    changed_since: Instant | None = None,
) -> Page[OrganisationRead]:
    """Every council."""
    return await _organisations(caller, session, pages, OrganisationKind.COUNCIL, named, changed_since)


@router.get("/councils/{council_id}", operation_id="get_council")
async def get_council(council_id: Id, caller: Reader, session: Session, response: Response) -> OrganisationRead:
    return await _organisation(caller, session, response, OrganisationKind.COUNCIL, council_id)


@router.get("/schools", operation_id="list_schools")
async def list_schools(
    caller: Reader,
    session: Session,
    pages: Pages,
    named: NamedByIdentifier,
    changed_since: Instant | None = None,
) -> Page[OrganisationRead]:
    """Every school."""
    return await _organisations(caller, session, pages, OrganisationKind.SCHOOL, named, changed_since)


@router.post("/schools", operation_id="register_school", status_code=201)
async def register_school(
    body: SchoolCreate,
    caller: Annotated[Caller, allow(Scope.DIRECTORY_WRITE, OrganisationKind.COUNCIL)],
    session: Session,
    response: Response,
) -> OrganisationRead:
    """Takes a school of the calling council into the directory, where every caller finds it."""
    school = await directory.register_school(caller, session, body)
    response.headers["Location"] = f"/v1/schools/{school.id}"
    tag(response, school.version)
    return _organisation_read((await entries(session, [school]))[0])


@router.get("/schools/{school_id}", operation_id="get_school")
async def get_school(school_id: Id, caller: Reader, session: Session, response: Response) -> OrganisationRead:
    return await _organisation(caller, session, response, OrganisationKind.SCHOOL, school_id)


@router.post("/providers", operation_id="register_provider", status_code=201)
async def register_provider(
    body: ProviderCreate,
    caller: Annotated[Caller, allow(Scope.DIRECTORY_WRITE, OrganisationKind.COUNCIL)],
    session: Session,
    response: Response,
) -> ProviderRead:
    """Takes a provider into the directory. A council does this before it awards a lot."""
    provider = await directory.register_provider(caller, session, body)
    response.headers["Location"] = f"/v1/providers/{provider.id}"
    return await _shown(session, response, provider)


@router.get("/providers/{provider_id}", operation_id="get_provider")
async def get_provider(provider_id: Id, caller: Reader, session: Session, response: Response) -> ProviderRead:
    provider = await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    return await _shown(session, response, provider)


@router.patch("/providers/{provider_id}", operation_id="change_provider")
async def change_provider(
    provider_id: Id,
    body: ProviderUpdate,
    expected: ExpectedVersion,
    caller: Annotated[Caller, allow(Scope.DIRECTORY_WRITE, OrganisationKind.COUNCIL, OrganisationKind.PROVIDER)],
    session: Session,
    response: Response,
) -> ProviderRead:
    """Changes the caller's own directory entry, or that of a provider the calling council registered."""
    provider = await directory.change_provider(caller, session, provider_id, body, expected)
    return await _shown(session, response, provider)


async def _shown(session: Session, response: Response, provider: Organisation) -> ProviderRead:
    tag(response, provider.version)
    return provider_read((await entries(session, [provider]))[0])


def provider_read(entry: Entry) -> ProviderRead:
    provider = entry.organisation
    publication = publication_of(published=provider.published, published_to_schools=provider.published_to_schools)
    shown = provider.model_dump(include=set(ProviderRead.model_fields))
    return ProviderRead.model_validate({**shown, **_parts(entry), "publication": publication})


def _parts(entry: Entry) -> dict[str, object]:
    return {
        "identifiers": identifiers_shown(entry.identifiers),
        "warnings": identifier_remarks(entry.organisation, entry.identifiers),
        "sites": [s.model_dump(exclude={"organisation_id"}) for s in entry.sites],
    }


async def _organisations(
    caller: Caller,
    session: Session,
    pages: Pages,
    kind: OrganisationKind,
    named: NamedByIdentifier,
    changed_since: Instant | None,
) -> Page[OrganisationRead]:
    found, page = await found_on_page(session, pages, visible_organisations(caller, kind), named, changed_since)
    return page.holding([_organisation_read(entry) for entry in found])


async def found_on_page(
    session: Session,
    pages: Pages,
    statement: Select[Organisation],
    named: NamedByIdentifier,
    changed_since: Instant | None,
) -> tuple[list[Entry], Cut]:
    if named is not None:
        statement = with_identifier(statement, *named)
    if changed_since is not None:
        statement = statement.where(col(Organisation.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(Organisation.id)])
    return await entries(session, [row[0] for row in rows]), page


async def _organisation(
    caller: Caller, session: Session, response: Response, kind: OrganisationKind, organisation_id: Id
) -> OrganisationRead:
    found = await visible_organisation(caller, session, kind, organisation_id)
    tag(response, found.version)
    return _organisation_read((await entries(session, [found]))[0])


def _organisation_read(entry: Entry) -> OrganisationRead:
    shown = entry.organisation.model_dump(include=set(OrganisationRead.model_fields))
    parts = {name: part for name, part in _parts(entry).items() if name in OrganisationRead.model_fields}
    return OrganisationRead.model_validate({**shown, **parts})
