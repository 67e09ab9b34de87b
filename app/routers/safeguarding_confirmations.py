"""Safeguarding confirmations of providers."""

from operator import eq, lt
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.provider_assurance import SafeguardingConfirmation
from app.queries.safeguarding_confirmations import (
    changed_since,
    visible_confirmation,
    visible_confirmations,
    with_renewal_needed,
    with_state,
)
from app.rules.provider_assurance import AssuranceState
from app.schemas.safeguarding_confirmations import ConfirmationGive, ConfirmationRead, StaffChange
from app.schemas.wire import Day, Id, Instant
from app.services import safeguarding_confirmations
from app.services.safeguarding_confirmations import Seen
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("provider assurance")

Reader = Annotated[Caller, allow(Scope.FRAMEWORKS_READ)]
Provider = Annotated[Caller, allow(Scope.FRAMEWORKS_WRITE, OrganisationKind.PROVIDER)]


@router.get("/safeguarding-confirmations", operation_id="list_safeguarding_confirmations")
async def list_safeguarding_confirmations(
    caller: Reader,
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    state: AssuranceState | None = None,
    renewal_needed: bool | None = None,
    expires_before: Day | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[ConfirmationRead]:
    """The confirmations of the calling provider, of those on the council's frameworks, or with placements one sees.

    `expires_before` keeps those whose last day comes before that one. `changed_since` covers those that lapsed.
    """
    filters = [
        (col(SafeguardingConfirmation.provider_id), eq, provider_id),
        (col(SafeguardingConfirmation.valid_until), lt, expires_before),
    ]
    statement = visible_confirmations(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    if state is not None:
        statement = with_state(statement, state, caller.today)
    if renewal_needed is not None:
        statement = with_renewal_needed(statement, renewal_needed)
    if since is not None:
        statement = changed_since(statement, since, caller.today)
    order = [col(SafeguardingConfirmation.valid_until), col(SafeguardingConfirmation.id)]
    rows, page = await pages.rows(session, statement, order)
    return page.holding([_read(caller, (row[0], row._mapping["superseded"])) for row in rows])


@router.post("/safeguarding-confirmations", operation_id="confirm_safeguarding", status_code=201)
async def confirm_safeguarding(
    body: ConfirmationGive, caller: Provider, session: Session, response: Response
) -> ConfirmationRead:
    """The calling provider confirms its safeguarding checks, for all who place or see children with it."""
    seen = await safeguarding_confirmations.confirm_safeguarding(caller, session, body)
    response.headers["Location"] = f"{safeguarding_confirmations.PATH}/{seen[0].id}"
    return _shown(caller, response, seen)


@router.get("/safeguarding-confirmations/{confirmation_id}", operation_id="get_safeguarding_confirmation")
async def get_safeguarding_confirmation(
    confirmation_id: Id, caller: Reader, session: Session, response: Response
) -> ConfirmationRead:
    """One confirmation: who gave it, when, and until when it is good."""
    return _shown(caller, response, await visible_confirmation(caller, session, confirmation_id))


@router.post("/safeguarding-confirmations/{confirmation_id}/staff-change", operation_id="report_staff_change")
async def report_staff_change(
    confirmation_id: Id,
    body: StaffChange,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> ConfirmationRead:
    """Staff changed since the newest confirmation: it wants renewing, and stays good until its last day."""
    seen = await safeguarding_confirmations.report_staff_change(caller, session, confirmation_id, body, expected)
    return _shown(caller, response, seen)


def _shown(caller: Caller, response: Response, seen: Seen) -> ConfirmationRead:
    tag(response, seen[0].version)
    return _read(caller, seen)


def _read(caller: Caller, seen: Seen) -> ConfirmationRead:
    confirmation, superseded = seen
    shown = confirmation.model_dump(include=set(ConfirmationRead.model_fields))
    shown["state"] = safeguarding_confirmations.state_of(confirmation, superseded, caller)
    shown["renewal_needed"] = confirmation.staff_changed_on is not None and not superseded
    return ConfirmationRead.model_validate(shown)
