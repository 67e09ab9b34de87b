"""A provider's directory entry, whole."""

from typing import Annotated

from fastapi import Response

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.directory_entries import DirectoryEntry
from app.models.organisations import Organisation, OrganisationKind
from app.queries.directory import entries, visible_organisation
from app.queries.directory_entries import entry_of
from app.routers.directory_identifiers import identifier_remarks, identifiers_shown
from app.rules.directory_entries import entry_warnings, publication_of, target_groups_in
from app.schemas.directory_entries import DirectoryEntryRead, DirectoryEntryWrite
from app.schemas.wire import Id
from app.services import directory_entries
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("directory")


@router.get("/providers/{provider_id}/directory-entry", operation_id="get_directory_entry")
async def get_directory_entry(
    provider_id: Id,
    caller: Annotated[Caller, allow(Scope.DIRECTORY_READ)],
    session: Session,
    response: Response,
) -> DirectoryEntryRead:
    """All that a provider tells of itself, in one read. Its ETag is the provider's."""
    provider = await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    return await _shown(caller, session, response, provider, await entry_of(session, provider))


@router.put("/providers/{provider_id}/directory-entry", operation_id="replace_directory_entry")
async def replace_directory_entry(
    provider_id: Id,
    body: DirectoryEntryWrite,
    expected: ExpectedVersion,
    caller: Annotated[Caller, allow(Scope.DIRECTORY_WRITE, OrganisationKind.COUNCIL, OrganisationKind.PROVIDER)],
    session: Session,
    response: Response,
) -> DirectoryEntryRead:
    """Replaces the caller's own entry, or that of a provider the calling council registered.

    The council writes it until the provider has an API client of its own; from then on the provider alone does.
    """
    provider, entry = await directory_entries.replace_entry(caller, session, provider_id, body, expected)
    return await _shown(caller, session, response, provider, entry)


async def _shown(
    caller: Caller, session: Session, response: Response, provider: Organisation, entry: DirectoryEntry
) -> DirectoryEntryRead:
    tag(response, provider.version)
    [around] = await entries(session, [provider])
    publication = publication_of(published=provider.published, published_to_schools=provider.published_to_schools)
    remarks = entry_warnings(publication, has_permission=entry.permission_given_on is not None)
    said = {**provider.model_dump(), **entry.model_dump(exclude={"words"})}
    shown = {name: value for name, value in said.items() if name in DirectoryEntryRead.model_fields}
    return DirectoryEntryRead.model_validate(
        {
            **shown,
            "publication": publication,
            "permission_to_publish": _permission(entry) if _keeps(caller, provider) else None,
            "identifiers": identifiers_shown(around.identifiers),
            "warnings": [*identifier_remarks(provider, around.identifiers), *remarks],
            "sites": [site.model_dump(exclude={"organisation_id"}) for site in around.sites],
            "staff": _staff(entry),
            "transport": _transport(entry),
            "other_target_groups": target_groups_in(provider.target_groups)[1],
        }
    )


def _keeps(caller: Caller, provider: Organisation) -> bool:
    return caller.organisation_id in (provider.id, provider.registered_by_id)


def _permission(entry: DirectoryEntry) -> dict[str, object] | None:
    if entry.permission_given_by is None:
        return None
    return {"given_by": entry.permission_given_by, "given_on": entry.permission_given_on}


def _staff(entry: DirectoryEntry) -> dict[str, int | None]:
    return {
        "delivery": entry.delivery_staff,
        "qualified_teachers": entry.qualified_teachers,
        "support": entry.support_staff,
        "other": entry.other_staff,
        "volunteers": entry.volunteers,
    }


def _transport(entry: DirectoryEntry) -> dict[str, object] | None:
    if entry.transport_offered is None:
        return None
    cost = None
    if entry.transport_cost_pence is not None:
        cost = {"amount_pence": entry.transport_cost_pence, "per": entry.transport_cost_per}
    return {"offered": entry.transport_offered, "note": entry.transport_note, "cost": cost}
