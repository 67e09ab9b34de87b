"""Official numbers of councils, schools and providers."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Query, Response

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import Identifier, Organisation, OrganisationKind
from app.problems import Invalid, ParameterError
from app.queries.directory import identifiers_of, visible_organisation
from app.rules.identifiers import (
    IdentifierScheme,
    check_identifier,
    identifier_warnings,
    missing_identifier_warnings,
)
from app.rules.verdict import Refused
from app.schemas.directory import IdentifierRead, IdentifierValue
from app.schemas.directory_identifiers import IdentifiersRead, IdentifiersReplace
from app.schemas.wire import Id
from app.services import directory_identifiers
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("directory")

Reader = Annotated[Caller, allow(Scope.DIRECTORY_READ)]
Council = Annotated[Caller, allow(Scope.DIRECTORY_WRITE, OrganisationKind.COUNCIL)]
CouncilOrSchool = Annotated[Caller, allow(Scope.DIRECTORY_WRITE, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)]
CouncilOrProvider = Annotated[Caller, allow(Scope.DIRECTORY_WRITE, OrganisationKind.COUNCIL, OrganisationKind.PROVIDER)]


async def _named(
    identifier_scheme: Annotated[
        IdentifierScheme | None, Query(description="With `identifier_value`: whose official number that is.")
    ] = None,
    identifier_value: Annotated[IdentifierValue | None, Query(description="With `identifier_scheme`.")] = None,
) -> tuple[IdentifierScheme, str] | None:
    """Raises Invalid for one without the other, or for what can be no number of the scheme."""
    if identifier_scheme is None and identifier_value is None:
        return None
    if identifier_scheme is None or identifier_value is None:
        lacking = "identifier_scheme" if identifier_scheme is None else "identifier_value"
        raise Invalid([ParameterError(lacking, "required", "scheme and value are given together")])
    verdict = check_identifier(identifier_scheme, identifier_value)
    if isinstance(verdict, Refused):
        raise Invalid([ParameterError("identifier_value", verdict.code, verdict.reason)])
    return identifier_scheme, identifier_value


NamedByIdentifier = Annotated[tuple[IdentifierScheme, str] | None, Depends(_named)]


@router.get("/councils/{council_id}/identifiers", operation_id="get_council_identifiers")
async def get_council_identifiers(
    council_id: Id, caller: Reader, session: Session, response: Response
) -> IdentifiersRead:
    """The official numbers of a council."""
    found = await visible_organisation(caller, session, OrganisationKind.COUNCIL, council_id)
    return await _shown(session, response, found)


@router.put("/councils/{council_id}/identifiers", operation_id="replace_council_identifiers")
async def replace_council_identifiers(
    council_id: Id,
    body: IdentifiersReplace,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> IdentifiersRead:
    """Replaces all identifiers of the calling council."""
    kind = OrganisationKind.COUNCIL
    found = await directory_identifiers.replace_identifiers(caller, session, kind, council_id, body, expected)
    return await _shown(session, response, found)


@router.get("/schools/{school_id}/identifiers", operation_id="get_school_identifiers")
async def get_school_identifiers(
    school_id: Id, caller: Reader, session: Session, response: Response
) -> IdentifiersRead:
    """The official numbers of a school."""
    found = await visible_organisation(caller, session, OrganisationKind.SCHOOL, school_id)
    return await _shown(session, response, found)


@router.put("/schools/{school_id}/identifiers", operation_id="replace_school_identifiers")
async def replace_school_identifiers(
    school_id: Id,
    body: IdentifiersReplace,
    expected: ExpectedVersion,
    caller: CouncilOrSchool,
    session: Session,
    response: Response,
) -> IdentifiersRead:
    """Replaces all identifiers of the calling school, or of one that the calling council registered.

    The council does so until the school has an API client of its own.
    """
    kind = OrganisationKind.SCHOOL
    found = await directory_identifiers.replace_identifiers(caller, session, kind, school_id, body, expected)
    return await _shown(session, response, found)


@router.get("/providers/{provider_id}/identifiers", operation_id="get_provider_identifiers")
async def get_provider_identifiers(
    provider_id: Id, caller: Reader, session: Session, response: Response
) -> IdentifiersRead:
    """The official numbers of a provider that the caller may find; one that is no school may have none."""
    found = await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    return await _shown(session, response, found)


@router.put("/providers/{provider_id}/identifiers", operation_id="replace_provider_identifiers")
async def replace_provider_identifiers(
    provider_id: Id,
    body: IdentifiersReplace,
    expected: ExpectedVersion,
    caller: CouncilOrProvider,
    session: Session,
    response: Response,
) -> IdentifiersRead:
    """Replaces all identifiers of the calling provider, or of one that the calling council registered.

    The council does so until the provider has an API client of its own.
    """
    kind = OrganisationKind.PROVIDER
    found = await directory_identifiers.replace_identifiers(caller, session, kind, provider_id, body, expected)
    return await _shown(session, response, found)


def identifiers_shown(identifiers: Sequence[Identifier]) -> list[IdentifierRead]:
    return [IdentifierRead(scheme=each.scheme, value=each.value) for each in identifiers]


def identifier_remarks(organisation: Organisation, identifiers: Sequence[Identifier]) -> list[str]:
    """What looks odd in an organisation's identifiers, or is lacking."""
    is_school = organisation.kind is OrganisationKind.SCHOOL or (
        organisation.category is not None and organisation.category.is_school
    )
    odd = [warning for each in identifiers for warning in identifier_warnings(each.scheme, each.value)]
    return [*odd, *missing_identifier_warnings(is_school=is_school, given=len(identifiers))]


async def _shown(session: Session, response: Response, organisation: Organisation) -> IdentifiersRead:
    tag(response, organisation.version)
    identifiers = await identifiers_of(session, organisation.id)
    return IdentifiersRead(
        organisation_id=organisation.id,
        identifiers=identifiers_shown(identifiers),
        warnings=identifier_remarks(organisation, identifiers),
        changed_at=organisation.changed_at,
    )
