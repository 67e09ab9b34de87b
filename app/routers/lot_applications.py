"""Applications for lots: a provider applies, the council evaluates, and awards the lot or says why not."""

from operator import eq, ge
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.lot_applications import LotApplication
from app.models.organisations import OrganisationKind
from app.queries.lot_applications import visible_application, visible_applications, visible_evaluations
from app.queries.toolkit_assessments import assessments_for_application
from app.rules.lot_applications import ApplicationState
from app.schemas.lot_applications import (
    ApplicationAward,
    ApplicationRead,
    ApplicationReject,
    ApplicationSummary,
    EvaluationRead,
    EvaluationWrite,
    LotApply,
)
from app.schemas.wire import Id, Instant
from app.services import lot_applications
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("frameworks")

Reader = Annotated[Caller, allow(Scope.FRAMEWORKS_READ, OrganisationKind.COUNCIL, OrganisationKind.PROVIDER)]
Council = Annotated[Caller, allow(Scope.FRAMEWORKS_WRITE, OrganisationKind.COUNCIL)]
Provider = Annotated[Caller, allow(Scope.FRAMEWORKS_WRITE, OrganisationKind.PROVIDER)]


@router.get("/lot-applications", operation_id="list_lot_applications")
async def list_lot_applications(
    caller: Reader,
    session: Session,
    pages: Pages,
    state: ApplicationState | None = None,
    framework_id: Id | None = None,
    window_id: Id | None = None,
    lot_id: Id | None = None,
    provider_id: Id | None = None,
    changed_since: Instant | None = None,
) -> Page[ApplicationSummary]:
    """The applications for the calling council's lots, or the calling provider's own."""
    filters = [
        (col(LotApplication.state), eq, state),
        (col(LotApplication.framework_id), eq, framework_id),
        (col(LotApplication.window_id), eq, window_id),
        (col(LotApplication.lot_id), eq, lot_id),
        (col(LotApplication.provider_id), eq, provider_id),
        (col(LotApplication.changed_at), ge, changed_since),
    ]
    statement = visible_applications(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    rows, page = await pages.rows(session, statement, [col(LotApplication.created_at), col(LotApplication.id)])
    shown = set(ApplicationSummary.model_fields)
    return page.holding([ApplicationSummary.model_validate(row[0].model_dump(include=shown)) for row in rows])


@router.post("/lot-applications", operation_id="apply_for_lot", status_code=201)
async def apply_for_lot(body: LotApply, caller: Provider, session: Session, response: Response) -> ApplicationRead:
    """The calling provider applies for a lot, in the window that is open. Other applicants never learn of it."""
    application = await lot_applications.apply_for_lot(caller, session, body)
    response.headers["Location"] = f"{lot_applications.PATH}/{application.id}"
    return await _shown(caller, session, response, application)


@router.get("/lot-applications/{application_id}", operation_id="get_lot_application")
async def get_lot_application(
    application_id: Id, caller: Reader, session: Session, response: Response
) -> ApplicationRead:
    """An application. Once it is decided the applicant reads its evaluation, and why."""
    return await _shown(caller, session, response, await visible_application(caller, session, application_id))


@router.put("/lot-applications/{application_id}/evaluation", operation_id="evaluate_lot_application")
async def evaluate_lot_application(
    application_id: Id,
    body: EvaluationWrite,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> ApplicationRead:
    """Replaces what the council found of an application, until it decides. `If-Match` takes the application's ETag."""
    application = await lot_applications.evaluate_application(caller, session, application_id, body, expected)
    return await _shown(caller, session, response, application)


@router.post("/lot-applications/{application_id}/award", operation_id="award_lot_application")
async def award_lot_application(
    application_id: Id,
    body: ApplicationAward,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> ApplicationRead:
    """Awards the lot to the applicant for a period of the framework, as it was applied for."""
    application = await lot_applications.award_application(caller, session, application_id, body, expected)
    return await _shown(caller, session, response, application)


@router.post("/lot-applications/{application_id}/rejection", operation_id="reject_lot_application")
async def reject_lot_application(
    application_id: Id,
    body: ApplicationReject,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> ApplicationRead:
    """Does not award the lot, and says why; the applicant reads that and the evaluation."""
    application = await lot_applications.reject_application(caller, session, application_id, body, expected)
    return await _shown(caller, session, response, application)


@router.post("/lot-applications/{application_id}/withdrawal", operation_id="withdraw_lot_application")
async def withdraw_lot_application(
    application_id: Id, expected: ExpectedVersion, caller: Provider, session: Session, response: Response
) -> ApplicationRead:
    """The provider withdraws an application that is not decided."""
    application = await lot_applications.withdraw_application(caller, session, application_id, expected)
    return await _shown(caller, session, response, application)


async def _shown(caller: Caller, session: Session, response: Response, application: LotApplication) -> ApplicationRead:
    tag(response, application.version)
    found = (await visible_evaluations(caller, session, [application])).get(application.id)
    evaluation = found and EvaluationRead.model_validate(found.model_dump(include=set(EvaluationRead.model_fields)))
    readiness = list(await assessments_for_application(caller, session, application.id))
    shown = application.model_dump(include=set(ApplicationRead.model_fields))
    return ApplicationRead.model_validate(shown | {"evaluation": evaluation, "readiness_assessments": readiness})
