"""What became of the emails about attendance: to whom, when, with which result."""

from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.emails import EmailDelivery
from app.queries.email_deliveries import narrowed, visible_email, visible_emails
from app.rules.emails import EmailKind, EmailState
from app.schemas.email_deliveries import EmailDeliveryRead
from app.schemas.wire import Day, Id, Instant
from app.services.email_deliveries import shown_email
from app.web.conditional import tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("emails")

Reader = Annotated[Caller, allow(Scope.ATTENDANCE_READ)]


@router.get("/email-deliveries", operation_id="list_email_deliveries")
async def list_email_deliveries(
    caller: Reader,
    session: Session,
    pages: Pages,
    kind: EmailKind | None = None,
    state: EmailState | None = None,
    on_date: Annotated[Day | None, Query(description="The day that the email is about.")] = None,
    placement_id: Annotated[Id | None, Query(description="Only emails that told of this placement.")] = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[EmailDeliveryRead]:
    """The emails about attendance to your organisation, and to the named services of your placements."""
    statement = narrowed(
        caller,
        visible_emails(caller),
        kind=kind,
        state=state,
        on_date=on_date,
        placement_id=placement_id,
        since=since,
    )
    rows, page = await pages.rows(session, statement, [col(EmailDelivery.on_date), col(EmailDelivery.id)])
    found = [row[0] for row in rows]
    caller.sees_placements(*(each.placement_id for each in found if each.placement_id is not None))
    return page.holding([shown_email(caller, each) for each in found])


@router.get("/email-deliveries/{email_delivery_id}", operation_id="get_email_delivery")
async def get_email_delivery(
    email_delivery_id: Id, caller: Reader, session: Session, response: Response
) -> EmailDeliveryRead:
    """One email: to whom, when, and each attempt with its result. Its text is not kept."""
    delivery = await visible_email(caller, session, email_delivery_id)
    tag(response, delivery.version)
    return shown_email(caller, delivery)
