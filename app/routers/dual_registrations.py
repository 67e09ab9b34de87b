"""Dual registrations: a pupil on two rolls, for dated periods."""

from datetime import date
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.dual_registrations import DualRegistrationRecord
from app.models.organisations import OrganisationKind
from app.queries.dual_registrations import standing_on, visible_registration, visible_registrations
from app.rules.dual_registrations import DualRegistrationState
from app.schemas.dual_registrations import (
    DualRegistrationCreate,
    DualRegistrationEnd,
    DualRegistrationRead,
    DualRegistrationWithdraw,
)
from app.schemas.wire import Day, Id, Instant
from app.services import dual_registrations
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("dual-registrations")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]
Writer = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)]


@router.get("/dual-registrations", operation_id="list_dual_registrations")
async def list_dual_registrations(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    pupil_id: Id | None = None,
    state: DualRegistrationState | None = None,
    on_date: Annotated[Day | None, Query(description="Only periods that stand and hold this day.")] = None,
    changed_since: Instant | None = None,
) -> Page[DualRegistrationRead]:
    """The dual registrations recorded for placements that the caller may see, withdrawn ones included."""
    statement = visible_registrations(caller)
    if placement_id is not None:
        statement = statement.where(col(DualRegistrationRecord.placement_id) == placement_id)
    if pupil_id is not None:
        statement = statement.where(col(DualRegistrationRecord.pupil_id) == pupil_id)
    if state is not None:
        statement = statement.where(col(DualRegistrationRecord.state) == state)
    if on_date is not None:
        statement = standing_on(caller, statement, on_date)
    if changed_since is not None:
        statement = statement.where(col(DualRegistrationRecord.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(DualRegistrationRecord.id)])
    found: list[DualRegistrationRecord] = [row[0] for row in rows]
    caller.sees_placements(*(each.placement_id for each in found))
    caller.sees_pupils(*(each.pupil_id for each in found))
    return page.holding([_read(each) for each in found])


@router.post("/dual-registrations", operation_id="record_dual_registration", status_code=201)
async def record_dual_registration(
    body: DualRegistrationCreate, caller: Writer, session: Session, response: Response
) -> DualRegistrationRead:
    """The commissioner or the host school records a period on two rolls. One pair has one period for any day."""
    registration = await dual_registrations.record_registration(caller, session, body)
    response.headers["Location"] = f"{dual_registrations.PATH}/{registration.id}"
    return _shown(response, registration)


@router.get("/dual-registrations/{dual_registration_id}", operation_id="get_dual_registration")
async def get_dual_registration(
    dual_registration_id: Id, caller: Reader, session: Session, response: Response
) -> DualRegistrationRead:
    """One period on two rolls."""
    return _shown(response, await visible_registration(caller, session, dual_registration_id))


@router.post("/dual-registrations/{dual_registration_id}/ending", operation_id="end_dual_registration")
async def end_dual_registration(
    dual_registration_id: Id,
    body: DualRegistrationEnd,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> DualRegistrationRead:
    """Sets or moves the last day, or opens the period again."""
    until_on: date | None = body.until_on
    return _shown(
        response,
        await dual_registrations.end_registration(caller, session, dual_registration_id, until_on, expected),
    )


@router.post("/dual-registrations/{dual_registration_id}/withdrawal", operation_id="withdraw_dual_registration")
async def withdraw_dual_registration(
    dual_registration_id: Id,
    body: DualRegistrationWithdraw,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> DualRegistrationRead:
    """It was recorded in error: it stays on record, with the reason, and counts no more."""
    return _shown(
        response,
        await dual_registrations.withdraw_registration(caller, session, dual_registration_id, body.reason, expected),
    )


def _shown(response: Response, registration: DualRegistrationRecord) -> DualRegistrationRead:
    tag(response, registration.version)
    return _read(registration)


def _read(registration: DualRegistrationRecord) -> DualRegistrationRead:
    shown = registration.model_dump(include=set(DualRegistrationRead.model_fields))
    sessions = [
        {"weekday": each.weekday, "session": each.session} for each in dual_registrations.sessions_of(registration)
    ]
    return DualRegistrationRead.model_validate({**shown, "sessions": sessions})
