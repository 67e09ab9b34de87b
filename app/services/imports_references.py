"""What the cells of a row name: organisations, calendars, lots and sites, as a person would write them.

An organisation is named by its id, by an identifier with its scheme (`urn:102345`), or by its exact name. What the
caller may not see is not found, and a name that several have names none of them.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.problems import NotFound
from app.queries.directory import sites_of, visible_organisation, visible_organisations, with_identifier
from app.queries.imports import calendars_named, lots_numbered, organisations_named
from app.rules.identifiers import IdentifierScheme
from app.services.imports_cells import Cells

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_SCHEMES = {each.value: each for each in IdentifierScheme}


def as_id(said: str | None) -> UUID | None:
    """The id that a cell holds; None where it holds something else."""
    return UUID(said) if said is not None and _ID.fullmatch(said) else None


@dataclass(frozen=True, slots=True)
class Named:
    """Looks up what the cells of one row name; notes a fault under the column where nothing, or too much, is found."""

    caller: Caller
    session: AsyncSession
    cells: Cells

    async def organisation(self, column: str, *kinds: OrganisationKind) -> UUID | None:
        said = self.cells.text(column)
        if said is None:
            return None
        return self._one(column, [each.id for each in await self._organisations(said, kinds)])

    async def calendar(self, column: str, owners: Collection[UUID]) -> UUID | None:
        said = self.cells.text(column)
        if said is None or as_id(said):
            return as_id(said)
        return self._one(column, [each.id for each in await calendars_named(self.caller, self.session, said, owners)])

    async def lot(self, column: str) -> UUID | None:
        said = self.cells.text(column)
        if said is None or as_id(said):
            return as_id(said)
        framework, _, number = said.rpartition(":")
        if not (number.strip().isascii() and number.strip().isdigit() and len(number) < 6):
            self.cells.fault(
                column, "not_found", "Must be the lot's id, or its framework's name, a colon and its number."
            )
            return None
        found = await lots_numbered(self.caller, self.session, framework.strip(), int(number))
        return self._one(column, [each.id for each in found])

    async def site(self, column: str, provider_id: UUID) -> UUID | None:
        said = self.cells.text(column)
        if said is None:
            return None
        sites = await sites_of(self.session, provider_id)
        return self._one(column, [each.id for each in sites if each.name.lower() == said.lower()][:2])

    async def _organisations(self, said: str, kinds: Sequence[OrganisationKind]) -> Sequence[Organisation]:
        scheme, colon, value = said.partition(":")
        if as_id(said):
            return [each for kind in kinds for each in await self._by_id(kind, UUID(said))]
        if colon and scheme.strip().lower() in _SCHEMES:
            found: list[Organisation] = []
            for kind in kinds:
                known = visible_organisations(self.caller, kind)
                named = with_identifier(known, _SCHEMES[scheme.strip().lower()], value.strip())
                found += (await self.session.scalars(named.limit(2))).all()
            return found
        return await organisations_named(self.caller, self.session, kinds, said)

    async def _by_id(self, kind: OrganisationKind, organisation_id: UUID) -> list[Organisation]:
        try:
            return [await visible_organisation(self.caller, self.session, kind, organisation_id)]
        except NotFound:
            return []

    def _one(self, column: str, found: Sequence[UUID]) -> UUID | None:
        if not found:
            self.cells.fault(column, "not_found", "Names nothing that you may see.")
        elif len(found) > 1:
            self.cells.fault(column, "several_found", "Several have this name: give the id, or an identifier.")
        return found[0] if len(found) == 1 else None
