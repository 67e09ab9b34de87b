"""Visits that councils make together: one leads and invites, the others join, decline or leave."""

from operator import eq, ge
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.qa_visit_partners import QaVisitPartner
from app.queries.qa_visit_partners import visible_partner, visible_partners
from app.rules.qa_visit_partners import PartnerState
from app.schemas.qa_visit_partners import (
    QaVisitPartnerAccept,
    QaVisitPartnerDecline,
    QaVisitPartnerInvite,
    QaVisitPartnerRead,
)
from app.schemas.wire import Id, Instant
from app.services import qa_visit_partners
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")

Reader = Annotated[Caller, allow(Scope.QA_READ, OrganisationKind.COUNCIL)]
Council = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.COUNCIL)]


@router.get("/qa-visit-partners", operation_id="list_qa_visit_partners")
async def list_qa_visit_partners(
    caller: Reader,
    session: Session,
    pages: Pages,
    visit_id: Id | None = None,
    council_id: Id | None = None,
    state: PartnerState | None = None,
    changed_since: Instant | None = None,
) -> Page[QaVisitPartnerRead]:
    """Invitations to visits that the council leads, and to the council: open, answered or over."""
    filters = [
        (col(QaVisitPartner.visit_id), eq, visit_id),
        (col(QaVisitPartner.council_id), eq, council_id),
        (col(QaVisitPartner.state), eq, state),
        (col(QaVisitPartner.changed_at), ge, changed_since),
    ]
    statement = visible_partners(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    rows, page = await pages.rows(session, statement, [col(QaVisitPartner.planned_on), col(QaVisitPartner.id)])
    return page.holding([_read(row[0]) for row in rows])


@router.post("/qa-visits/{visit_id}/partners", operation_id="invite_qa_visit_partner", status_code=201)
async def invite_qa_visit_partner(
    visit_id: Id, body: QaVisitPartnerInvite, caller: Council, session: Session, response: Response
) -> QaVisitPartnerRead:
    """Asks another council to make the visit too, until it is reported. It sees the visit once it has joined."""
    part = await qa_visit_partners.invite(caller, session, visit_id, body)
    response.headers["Location"] = f"/v1/qa-visit-partners/{part.id}"
    return _shown(response, part)


@router.get("/qa-visit-partners/{partner_id}", operation_id="get_qa_visit_partner")
async def get_qa_visit_partner(
    partner_id: Id, caller: Reader, session: Session, response: Response
) -> QaVisitPartnerRead:
    """A council's part in a visit: for that council, and the one that leads the visit."""
    return _shown(response, await visible_partner(caller, session, partner_id))


@router.post("/qa-visit-partners/{partner_id}/acceptance", operation_id="accept_qa_visit_partner")
async def accept_qa_visit_partner(
    partner_id: Id,
    body: QaVisitPartnerAccept,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> QaVisitPartnerRead:
    """Joins the visit. The calling council oversees the provider; from now on it sees all of the visit."""
    return _shown(response, await qa_visit_partners.accept(caller, session, partner_id, body, expected))


@router.post("/qa-visit-partners/{partner_id}/declinature", operation_id="decline_qa_visit_partner")
async def decline_qa_visit_partner(
    partner_id: Id,
    body: QaVisitPartnerDecline,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> QaVisitPartnerRead:
    """Declines to make the visit, with a reason."""
    return _shown(response, await qa_visit_partners.decline(caller, session, partner_id, body, expected))


@router.post("/qa-visit-partners/{partner_id}/withdrawal", operation_id="withdraw_qa_visit_partner")
async def withdraw_qa_visit_partner(
    partner_id: Id, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> QaVisitPartnerRead:
    """Takes back an invitation that was not answered: for the council that leads the visit."""
    return _shown(response, await qa_visit_partners.withdraw(caller, session, partner_id, expected))


@router.post("/qa-visit-partners/{partner_id}/departure", operation_id="leave_qa_visit_partner")
async def leave_qa_visit_partner(
    partner_id: Id, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> QaVisitPartnerRead:
    """Leaves a visit that was joined, until it is reported. The council sees the visit no more."""
    return _shown(response, await qa_visit_partners.leave(caller, session, partner_id, expected))


def _shown(response: Response, part: QaVisitPartner) -> QaVisitPartnerRead:
    tag(response, part.version)
    return _read(part)


def _read(part: QaVisitPartner) -> QaVisitPartnerRead:
    return QaVisitPartnerRead.model_validate(part.model_dump(include=set(QaVisitPartnerRead.model_fields)))
