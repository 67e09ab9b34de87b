"""Assessments by the AP Quality Toolkit, always of all thirteen areas and never a score."""

from typing import Annotated

from fastapi import Path, Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.toolkit import ToolkitAssessment
from app.queries.toolkit_assessments import changed_since, entries_of, visible_assessment, visible_assessments
from app.rules.toolkit import ASSESSED, AssessmentState, ToolkitUse
from app.schemas.toolkit_assessments import (
    AreaSlug,
    AreaWrite,
    ToolkitAssessmentCreate,
    ToolkitAssessmentRead,
    ToolkitAssessmentSummary,
    ToolkitAssessmentUpdate,
)
from app.schemas.wire import Id, Instant
from app.services import toolkit_assessments
from app.services.toolkit_assessments_beginning import begin_assessment
from app.services.toolkit_shown import areas_shown
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("toolkit")

Reader = Annotated[Caller, allow(Scope.TOOLKIT_READ)]
Writer = Annotated[Caller, allow(Scope.TOOLKIT_WRITE)]

_SLUGS = "The slug of an area or sub-area, as `/v1/reference-data/toolkit-areas` lists them."


@router.get("/toolkit-assessments", operation_id="list_toolkit_assessments")
async def list_toolkit_assessments(
    caller: Reader,
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    use: ToolkitUse | None = None,
    state: AssessmentState | None = None,
    lot_application_id: Id | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[ToolkitAssessmentSummary]:
    """Which assessments there are, without what they say: that is read one by one, whole.

    `changed_since` covers those that have been shared with the caller since.
    """
    filters = [
        (col(ToolkitAssessment.provider_id), provider_id),
        (col(ToolkitAssessment.use), use),
        (col(ToolkitAssessment.state), state),
        (col(ToolkitAssessment.lot_application_id), lot_application_id),
    ]
    statement = visible_assessments(caller).where(*[field == value for field, value in filters if value is not None])
    if since is not None:
        statement = changed_since(caller, statement, since)
    order = [col(ToolkitAssessment.created_at), col(ToolkitAssessment.id)]
    rows, page = await pages.rows(session, statement, order)
    shown = set(ToolkitAssessmentSummary.model_fields)
    return page.holding([ToolkitAssessmentSummary.model_validate(row[0].model_dump(include=shown)) for row in rows])


@router.post("/toolkit-assessments", operation_id="begin_toolkit_assessment", status_code=201)
async def begin_toolkit_assessment(
    body: ToolkitAssessmentCreate, caller: Writer, session: Session, response: Response
) -> ToolkitAssessmentRead:
    """Begins an assessment, which its assessor alone reads until it is complete.

    A peer review needs the consent of the one reviewed (`/v1/toolkit-peer-reviews`).
    """
    assessment = await begin_assessment(caller, session, body)
    response.headers["Location"] = f"/v1/toolkit-assessments/{assessment.id}"
    return await _shown(session, response, assessment)


@router.get("/toolkit-assessments/{assessment_id}", operation_id="get_toolkit_assessment")
async def get_toolkit_assessment(
    assessment_id: Id, caller: Reader, session: Session, response: Response
) -> ToolkitAssessmentRead:
    """An assessment with all thirteen areas, addressed or not."""
    return await _shown(session, response, await visible_assessment(caller, session, assessment_id))


@router.patch("/toolkit-assessments/{assessment_id}", operation_id="change_toolkit_assessment")
async def change_toolkit_assessment(
    assessment_id: Id,
    body: ToolkitAssessmentUpdate,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> ToolkitAssessmentRead:
    """Says anew who carries out an assessment that is not complete."""
    assessment = await toolkit_assessments.change_assessment(caller, session, assessment_id, body, expected)
    return await _shown(session, response, assessment)


@router.put("/toolkit-assessments/{assessment_id}/areas/{area}", operation_id="address_toolkit_area")
async def address_toolkit_area(
    assessment_id: Id,
    area: Annotated[AreaSlug, Path(description=_SLUGS, json_schema_extra={"enum": list(ASSESSED)})],
    body: AreaWrite,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> ToolkitAssessmentRead:
    """Says something of one area, in place of what was said. `If-Match` takes the assessment's ETag."""
    assessment = await toolkit_assessments.address_area(caller, session, assessment_id, area, body, expected)
    return await _shown(session, response, assessment)


@router.post("/toolkit-assessments/{assessment_id}/completion", operation_id="complete_toolkit_assessment")
async def complete_toolkit_assessment(
    assessment_id: Id, expected: ExpectedVersion, caller: Writer, session: Session, response: Response
) -> ToolkitAssessmentRead:
    """Completes the assessment: it stays as it is, and its readers see it.

    Every area must be addressed, and where it has sub-areas each of them; the refusal names those that are missing.
    """
    return await _shown(session, response, await toolkit_assessments.complete(caller, session, assessment_id, expected))


async def _shown(session: Session, response: Response, assessment: ToolkitAssessment) -> ToolkitAssessmentRead:
    tag(response, assessment.version)
    shown = assessment.model_dump(include=set(ToolkitAssessmentSummary.model_fields))
    return ToolkitAssessmentRead.model_validate(shown | areas_shown(assessment, await entries_of(session, assessment)))
