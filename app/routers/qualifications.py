"""Qualifications and accredited outcomes: what a placed pupil was entered for, and achieved."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.qualifications import Qualification, QualificationStatement
from app.queries.qualifications import of_pupil, statements_of, visible_qualification, visible_qualifications
from app.rules.qualifications import QualificationKind, QualificationState
from app.schemas.qualifications import (
    PupilQualificationRead,
    QualificationAchieve,
    QualificationCorrect,
    QualificationMiss,
    QualificationRecord,
    QualificationStatementRead,
    QualificationWithdraw,
)
from app.schemas.wire import Day, Id, Instant
from app.services import qualifications
from app.services.qualifications import Known
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("qualifications")

Reader = Annotated[Caller, allow(Scope.REPORTS_READ)]
Writer = Annotated[Caller, allow(Scope.REPORTS_WRITE)]


@router.get("/qualifications", operation_id="list_qualifications")
async def list_qualifications(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    pupil_id: Id | None = None,
    state: QualificationState | None = None,
    kind: QualificationKind | None = None,
    achieved_from: Day | None = None,
    achieved_to: Day | None = None,
    changed_since: Instant | None = None,
) -> Page[PupilQualificationRead]:
    """The qualifications of pupils in placements that the caller may see, withdrawn ones included."""
    statement = visible_qualifications(caller)
    if placement_id is not None:
        statement = statement.where(col(Qualification.placement_id) == placement_id)
    if pupil_id is not None:
        statement = of_pupil(caller, statement, pupil_id)
    if state is not None:
        statement = statement.where(col(Qualification.state) == state)
    if kind is not None:
        statement = statement.where(col(QualificationStatement.kind) == kind)
    if achieved_from is not None:
        statement = statement.where(col(QualificationStatement.achieved_on) >= achieved_from)
    if achieved_to is not None:
        statement = statement.where(col(QualificationStatement.achieved_on) <= achieved_to)
    if changed_since is not None:
        statement = statement.where(col(Qualification.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(Qualification.id)])
    caller.sees_placements(*(row[0].placement_id for row in rows))
    return page.holding([_read(row) for row in rows])


@router.post("/qualifications", operation_id="record_qualification", status_code=201)
async def record_qualification(
    body: QualificationRecord, caller: Writer, session: Session, response: Response
) -> PupilQualificationRead:
    """Provider, host school or commissioner records an entry; with `achieved_on`, what was achieved.

    One that was entered already is refused as a duplicate: record its result with it.
    """
    known = await qualifications.record_qualification(caller, session, body)
    response.headers["Location"] = f"{qualifications.PATH}/{known[0].id}"
    return _shown(response, known)


@router.get("/qualifications/{qualification_id}", operation_id="get_qualification")
async def get_qualification(
    qualification_id: Id, caller: Reader, session: Session, response: Response
) -> PupilQualificationRead:
    """One qualification, as it stands."""
    return _shown(response, await visible_qualification(caller, session, qualification_id))


@router.get("/qualifications/{qualification_id}/statements", operation_id="list_qualification_statements")
async def list_qualification_statements(
    qualification_id: Id, caller: Reader, session: Session, pages: Pages
) -> Page[QualificationStatementRead]:
    """Everything that was said of a qualification, the earliest first."""
    await visible_qualification(caller, session, qualification_id)
    statement = statements_of(caller, qualification_id)
    rows, page = await pages.rows(session, statement, [col(QualificationStatement.number)])
    shown = set(QualificationStatementRead.model_fields)
    return page.holding([QualificationStatementRead.model_validate(row[0].model_dump(include=shown)) for row in rows])


@router.post("/qualifications/{qualification_id}/achievement", operation_id="achieve_qualification")
async def achieve_qualification(
    qualification_id: Id,
    body: QualificationAchieve,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> PupilQualificationRead:
    """A party records that the pupil achieved what it was entered for, at once or at another attempt."""
    known = await qualifications.achieve_qualification(caller, session, qualification_id, body, expected)
    return _shown(response, known)


@router.post("/qualifications/{qualification_id}/non-achievement", operation_id="miss_qualification")
async def miss_qualification(
    qualification_id: Id,
    body: QualificationMiss,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> PupilQualificationRead:
    """A party records that the pupil did not achieve what it was entered for. It may still be achieved later."""
    known = await qualifications.miss_qualification(caller, session, qualification_id, body, expected)
    return _shown(response, known)


@router.post("/qualifications/{qualification_id}/withdrawal", operation_id="withdraw_qualification")
async def withdraw_qualification(
    qualification_id: Id,
    body: QualificationWithdraw,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> PupilQualificationRead:
    """A party takes the pupil out, or says that it was recorded in error; what was said stays on record."""
    known = await qualifications.withdraw_qualification(caller, session, qualification_id, body, expected)
    return _shown(response, known)


@router.post("/qualifications/{qualification_id}/correction", operation_id="correct_qualification")
async def correct_qualification(
    qualification_id: Id,
    body: QualificationCorrect,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> PupilQualificationRead:
    """A party says it anew, with the reason: a further statement takes the place of the one that counts."""
    known = await qualifications.correct_qualification(caller, session, qualification_id, body, expected)
    return _shown(response, known)


def _shown(response: Response, known: Known) -> PupilQualificationRead:
    tag(response, known[0].version)
    return _read(known)


def _read(known: Sequence[Any]) -> PupilQualificationRead:
    """From a qualification and the statement that counts."""
    qualification: Qualification = known[0]
    said: QualificationStatement = known[1]
    wanted = set(PupilQualificationRead.model_fields)
    shown = said.model_dump(include=wanted) | qualification.model_dump(include=wanted)
    return PupilQualificationRead.model_validate(shown | {"statements": qualification.said})
