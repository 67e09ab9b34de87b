"""Attendance submissions: a setting's morning in one request, and what became of it."""

from typing import Annotated

from fastapi import Response

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.queries.attendance_marks import marks_of_submission, visible_submission
from app.schemas.attendance_submissions import MOST_ROWS, AttendanceSubmit, SubmissionRead, SubmissionResult
from app.schemas.wire import Id
from app.services.attendance_marks import as_shown
from app.services.attendance_submissions import submit_attendance as submit
from app.web.conditional import tag
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("attendance")


@router.post(
    "/attendance-submissions",
    operation_id="submit_attendance",
    openapi_extra={"x-row-by-row": "rows"},
    responses={200: {"headers": {"Location": {"$ref": "#/components/headers/Location"}}}},
)
async def submit_attendance(
    body: AttendanceSubmit,
    caller: Annotated[Caller, allow(Scope.ATTENDANCE_WRITE, OrganisationKind.PROVIDER)],
    session: Session,
    response: Response,
) -> SubmissionResult:
    """Stores a setting's marks. Good rows are stored and faulty ones named, each by its index, pointer and code.

    A later statement about a session that differs supersedes the earlier; the same again changes nothing. Absent or
    not, a pupil of whom nothing is expected (`waived_by`) may be stated too. Two rows of one submission that differ
    about a session are both rejected; of two that agree the first stands. The submission is kept at `Location`,
    whatever became of its rows; it is 200 and not 201 because they may all have been rejected.
    """
    result = await submit(caller, session, body.rows, all_or_nothing=body.all_or_nothing)
    response.headers["Location"] = f"/v1/attendance-submissions/{result.id}"
    return result


@router.get("/attendance-submissions/{submission_id}", operation_id="get_attendance_submission")
async def get_attendance_submission(
    submission_id: Id,
    caller: Annotated[Caller, allow(Scope.ATTENDANCE_READ)],
    session: Session,
    response: Response,
) -> SubmissionRead:
    """One submission, with those of its marks that the caller's organisation may see."""
    found = await visible_submission(caller, session, submission_id)
    marks = await marks_of_submission(caller, session, submission_id, MOST_ROWS)
    own = found.provider_id == caller.organisation_id
    caller.sees_placements(*(mark.placement_id for mark in marks))
    tag(response, 1)
    return SubmissionRead(
        id=found.id,
        provider_id=found.provider_id,
        received_at=found.received_at,
        recorded_count=len(marks),
        unchanged_count=found.unchanged if own else None,
        rejected_count=found.rejected if own else None,
        marks=await as_shown(session, marks),
    )
