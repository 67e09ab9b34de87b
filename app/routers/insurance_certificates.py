"""Insurance certificates of providers."""

from operator import eq, lt
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.provider_assurance import InsuranceCertificate
from app.queries.insurance_certificates import (
    changed_since,
    visible_certificate,
    visible_certificates,
    with_state,
)
from app.rules.provider_assurance import AssuranceState, InsuranceKind
from app.schemas.insurance_certificates import InsuranceGive, InsuranceRead, InsuranceWithdraw
from app.schemas.wire import Day, Id, Instant
from app.services import insurance_certificates
from app.services.insurance_certificates import Seen
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("provider assurance")

Reader = Annotated[Caller, allow(Scope.FRAMEWORKS_READ)]
Provider = Annotated[Caller, allow(Scope.FRAMEWORKS_WRITE, OrganisationKind.PROVIDER)]


@router.get("/insurance-certificates", operation_id="list_insurance_certificates")
async def list_insurance_certificates(
    caller: Reader,
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    kind: InsuranceKind | None = None,
    state: AssuranceState | None = None,
    expires_before: Day | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[InsuranceRead]:
    """The certificates of the calling provider, of those on the council's frameworks, or with placements one sees.

    `expires_before` keeps those whose last day comes before that one. `changed_since` covers those that lapsed.
    """
    filters = [
        (col(InsuranceCertificate.provider_id), eq, provider_id),
        (col(InsuranceCertificate.kind), eq, kind),
        (col(InsuranceCertificate.expires_on), lt, expires_before),
    ]
    statement = visible_certificates(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    if state is not None:
        statement = with_state(statement, state, caller.today)
    if since is not None:
        statement = changed_since(statement, since, caller.today)
    order = [col(InsuranceCertificate.expires_on), col(InsuranceCertificate.id)]
    rows, page = await pages.rows(session, statement, order)
    return page.holding([_read(caller, (row[0], row._mapping["superseded"])) for row in rows])


@router.post("/insurance-certificates", operation_id="give_insurance_certificate", status_code=201)
async def give_insurance_certificate(
    body: InsuranceGive, caller: Provider, session: Session, response: Response
) -> InsuranceRead:
    """Keeps a certificate of the calling provider's; one that runs longer supersedes those of its kind."""
    seen = await insurance_certificates.give_certificate(caller, session, body)
    response.headers["Location"] = f"{insurance_certificates.PATH}/{seen[0].id}"
    return _shown(caller, response, seen)


@router.get("/insurance-certificates/{certificate_id}", operation_id="get_insurance_certificate")
async def get_insurance_certificate(
    certificate_id: Id, caller: Reader, session: Session, response: Response
) -> InsuranceRead:
    """One certificate."""
    return _shown(caller, response, await visible_certificate(caller, session, certificate_id))


@router.post("/insurance-certificates/{certificate_id}/withdrawal", operation_id="withdraw_insurance_certificate")
async def withdraw_insurance_certificate(
    certificate_id: Id,
    body: InsuranceWithdraw,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> InsuranceRead:
    """From today on the insurance holds no longer, or was given by mistake; new placements need another."""
    seen = await insurance_certificates.withdraw_certificate(caller, session, certificate_id, body, expected)
    return _shown(caller, response, seen)


def _shown(caller: Caller, response: Response, seen: Seen) -> InsuranceRead:
    tag(response, seen[0].version)
    return _read(caller, seen)


def _read(caller: Caller, seen: Seen) -> InsuranceRead:
    certificate, superseded = seen
    shown = certificate.model_dump(include=set(InsuranceRead.model_fields))
    state = insurance_certificates.state_of(certificate, superseded, caller)
    return InsuranceRead.model_validate(shown | {"state": state})
