"""The history of an organisation by the AP Quality Toolkit: whole assessments side by side."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.toolkit import ToolkitAssessment
from app.queries.toolkit_assessments import visible_assessments
from app.rules.toolkit import AssessmentState, ToolkitUse
from app.schemas.toolkit_assessments import ToolkitAssessmentSummary
from app.schemas.toolkit_side_by_side import MOST, ToolkitSideBySideRead
from app.schemas.wire import Id
from app.services.toolkit_side_by_side import areas_side_by_side
from app.web.edge import Session
from app.web.pages import Paging
from app.web.router import edge_router

router = edge_router("toolkit")


async def _few(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=2, le=MOST, description="How many assessments at most.")] = 5,
    cursor: Annotated[str | None, Query(max_length=600, description="`next_cursor` of the page before.")] = None,
) -> Paging:
    return Paging(limit, cursor, request, response)


@router.get("/toolkit-assessments-side-by-side", operation_id="get_toolkit_assessments_side_by_side")
async def get_toolkit_assessments_side_by_side(
    caller: Annotated[Caller, allow(Scope.TOOLKIT_READ)],
    session: Session,
    few: Annotated[Paging, Depends(_few)],
    provider_id: Id | None = None,
    use: ToolkitUse | None = None,
) -> ToolkitSideBySideRead:
    """The complete assessments of one organisation that the caller reads, whole and side by side, the earliest first.

    Without `provider_id` those of the calling organisation. There is no view of one area alone, and no order but time.
    """
    of = provider_id or caller.organisation_id
    statement = visible_assessments(caller).where(
        col(ToolkitAssessment.provider_id) == of, col(ToolkitAssessment.state) == AssessmentState.COMPLETE
    )
    if use is not None:
        statement = statement.where(col(ToolkitAssessment.use) == use)
    order = [col(ToolkitAssessment.completed_at), col(ToolkitAssessment.id)]
    rows, page = await few.rows(session, statement, order)
    found: list[ToolkitAssessment] = [row[0] for row in rows]
    shown = set(ToolkitAssessmentSummary.model_fields)
    return ToolkitSideBySideRead.model_validate(
        {
            "provider_id": of,
            "assessments": [each.model_dump(include=shown) for each in found],
            "areas": await areas_side_by_side(caller, session, found),
            "next_cursor": page.next_cursor,
        }
    )
