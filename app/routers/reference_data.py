"""Reference data: the same for every caller, read from the code that applies it."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Query, Response

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import MEANINGS as SCOPE_MEANINGS
from app.access.scopes import Scope
from app.outbox.catalogue import EventType
from app.outbox.meanings import MEANINGS as EVENT_MEANINGS
from app.problems import every_problem
from app.rules.attendance_codes import ATTENDANCE_CODES
from app.rules.attendance_facts import CODE_OF_REASON, CODE_RULES
from app.rules.primary_reasons import ranked_reasons
from app.schemas.field_faults import FIELD_CODES
from app.schemas.reference_data import (
    AbsenceReasonRead,
    AttendanceCodeRead,
    AttendanceSuggestionRead,
    EventTypeRead,
    FieldErrorCodeRead,
    PrimaryReasonRead,
    ProblemTypeRead,
    ScopeRead,
    TaggedList,
    WholeList,
)
from app.schemas.wire import Day
from app.web.conditional import tag
from app.web.router import edge_router

router = edge_router("reference-data")

Anybody = Annotated[Caller, allow(None)]


@router.get("/reference-data/attendance-codes", operation_id="list_attendance_codes")
async def list_attendance_codes(
    caller: Anybody,
    response: Response,
    on_date: Annotated[Day | None, Query(description="Only the codes in use on this day.")] = None,
) -> TaggedList[AttendanceCodeRead]:
    """The national attendance codes with their slugs, classes and days of use, withdrawn ones included."""
    tag(response, 1)
    in_use = [each for each in ATTENDANCE_CODES if on_date is None or each.is_current_on(on_date)]
    return TaggedList(
        items=[
            AttendanceCodeRead.model_validate(asdict(each) | {"counts_as_attending": each.code_class.is_attended})
            for each in in_use
        ]
    )


@router.get("/reference-data/attendance-suggestions", operation_id="list_attendance_suggestions")
async def list_attendance_suggestions(caller: Anybody, response: Response) -> TaggedList[AttendanceSuggestionRead]:
    """The rules by which a code is suggested to the host school, in their order of precedence, with their sources."""
    tag(response, 1)
    return TaggedList(
        items=[
            AttendanceSuggestionRead(
                rank=rank, rule=each.rule, code=each.code, meaning=each.meaning, source=each.source
            )
            for rank, each in enumerate(CODE_RULES, start=1)
        ]
    )


@router.get("/reference-data/absence-reasons", operation_id="list_absence_reasons")
async def list_absence_reasons(caller: Anybody, response: Response) -> TaggedList[AbsenceReasonRead]:
    """The reasons that a provider may state for an absence, each with the code that follows from it."""
    tag(response, 1)
    return TaggedList(items=[AbsenceReasonRead(reason=each, code=code) for each, code in CODE_OF_REASON.items()])


@router.get("/reference-data/scopes", operation_id="list_scopes")
async def list_scopes(caller: Anybody) -> WholeList[ScopeRead]:
    """What a client can be allowed to do."""
    return WholeList(items=[ScopeRead(scope=each, meaning=SCOPE_MEANINGS[each]) for each in Scope])


@router.get("/reference-data/event-types", operation_id="list_event_types")
async def list_event_types(caller: Anybody) -> WholeList[EventTypeRead]:
    """Every type of event, and when it is recorded."""
    return WholeList(items=[EventTypeRead(type=each, meaning=EVENT_MEANINGS[each]) for each in EventType])


@router.get("/reference-data/problem-types", operation_id="list_problem_types")
async def list_problem_types(caller: Anybody) -> WholeList[ProblemTypeRead]:
    """Every type of problem document, and what to do about it."""
    return WholeList(
        items=[
            ProblemTypeRead(type=f"/problems/{each.slug}", status=each.status, title=each.title, advice=each.advice)
            for each in every_problem()
        ]
    )


@router.get("/reference-data/field-error-codes", operation_id="list_field_error_codes")
async def list_field_error_codes(caller: Anybody) -> WholeList[FieldErrorCodeRead]:
    """The codes of faults in how a body or a parameter is written.

    Beside these an operation has codes for what it means: those of a rule, or of a thing that is not there.
    """
    return WholeList(items=[FieldErrorCodeRead(code=code, meaning=meaning) for code, meaning in FIELD_CODES.items()])


@router.get("/reference-data/primary-reasons", operation_id="list_primary_reasons")
async def list_primary_reasons(caller: Anybody) -> WholeList[PrimaryReasonRead]:
    """The primary reasons for a placement in rank order: of several reasons the first is the primary one.

    An exclusion outranks a health need. `census_code` is null: the census's letters are not known to us.
    """
    return WholeList(items=[PrimaryReasonRead.model_validate(asdict(each)) for each in ranked_reasons()])
