"""Importing providers into the directory. One is recognised by an official number, or by its name among those that the
calling council registered.
"""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import ContactRole, Organisation, OrganisationKind
from app.problems import Invalid
from app.queries.directory import visible_organisations, with_identifier
from app.queries.imports import provider_kept
from app.rules.identifiers import IdentifierScheme
from app.rules.imports import RowState
from app.schemas.directory import ProviderCreate
from app.services.contacts import check_contacts
from app.services.directory import check_identifiers, register_provider
from app.services.imports_cells import Cells, Place, RowRejectedError, built, faults_of
from app.services.imports_files import Fault
from app.services.imports_rows import Done, made, same_or_differs

_SEVERAL = Fault(None, "several_found", "Its numbers, or its name, are those of several providers.")
_SITE = ("name", "address", "postcode")
_CONTACT = ("name", "email", "phone")


async def import_provider(caller: Caller, session: AsyncSession, said: Mapping[str, str]) -> Done:
    """Takes the provider of a row into the directory, or finds it there. Raises RowRejectedError, Invalid."""
    cells = Cells(said)
    numbers = [(each, value) for each in IdentifierScheme if (value := cells.text(each.value)) is not None]
    contact = {each: cells.text(f"contact_{each}") for each in _CONTACT}
    site = {each: cells.text(f"site_{each}") for each in _SITE}
    if site["postcode"] is not None:
        site["postcode"] = site["postcode"].upper()

    def column(place: Place) -> str | None:
        match place:
            case ("identifiers", int(index), *_) if index < len(numbers):
                return numbers[index][0].value
            case ("sites", int(), str(member), *_):
                return f"site_{member}"
            case ("contacts", int(), str(member), *_):
                return f"contact_{member}"
            case ("contacts", *_):
                return "contact_email"
        return str(place[0]) if place else None

    body = {
        "name": cells.text("name"),
        "category": cells.slug("category"),
        "offer": cells.text("offer"),
        "target_groups": cells.several("target_groups"),
        "published": cells.yes("published"),
        "identifiers": [{"scheme": scheme.value, "value": value} for scheme, value in numbers],
        "sites": [_without_nothing(site)] if any(site.values()) else [],
        "contacts": _contacts(contact),
    }
    wanted = built(ProviderCreate, body, column, cells)
    try:
        check_identifiers(wanted.identifiers)
        check_contacts(wanted.contacts, OrganisationKind.PROVIDER)
        found = await _known(caller, session, wanted)
        if found is None:
            return made((await register_provider(caller, session, wanted)).id)
    except Invalid as invalid:
        raise RowRejectedError(*faults_of(invalid, column)) from None
    if found.registered_by_id != caller.organisation_id:
        return Done(RowState.UNCHANGED, found.id)
    return same_or_differs(
        found.id,
        {"name": found.name, "category": found.category},
        {"name": wanted.name, "category": wanted.category},
    )


async def _known(caller: Caller, session: AsyncSession, wanted: ProviderCreate) -> Organisation | None:
    """The provider that has one of the row's numbers; without any, the caller's own of that name."""
    known: dict[object, Organisation] = {}
    for each in wanted.identifiers:
        named = with_identifier(visible_organisations(caller, OrganisationKind.PROVIDER), each.scheme, each.value)
        known |= {found.id: found for found in (await session.scalars(named.limit(2))).all()}
    if not wanted.identifiers:
        known |= {found.id: found for found in await provider_kept(caller, session, wanted.name)}
    if len(known) > 1:
        raise RowRejectedError(_SEVERAL)
    return next(iter(known.values()), None)


def _contacts(contact: Mapping[str, str | None]) -> list[dict[str, object]]:
    if not any(contact.values()):
        return []
    return [{"role": ContactRole.SAFEGUARDING_LEAD.value, **_without_nothing(contact)}]


def _without_nothing(said: Mapping[str, str | None]) -> dict[str, object]:
    return {member: value for member, value in said.items() if value is not None}
