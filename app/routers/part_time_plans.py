"""Part-time timetable plans: proposed and agreed by host school and commissioner, reviewed, and formally ended."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.part_time_plans import PartTimePlan
from app.queries.agreements import agreements_of
from app.queries.part_time_plans import (
    changed_since,
    extensions_of,
    reviews_of,
    visible_plan,
    visible_plans,
    with_state,
)
from app.queries.placements import placements_by_id
from app.rules.part_time_plans import PlanState, plan_warnings, weekly_session
from app.schemas.agreements import AgreementGive
from app.schemas.part_time_plans import PlanEnd, PlanExtend, PlanPropose, PlanRead, PlanReviewRead, PlanReviewWrite
from app.schemas.wire import Id, Instant
from app.services import part_time_plans, part_time_plans_ending
from app.services.agreements import shown_agreements
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("part-time-plans")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]
Planner = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE)]


@router.get("/part-time-plans", operation_id="list_part_time_plans")
async def list_part_time_plans(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    state: PlanState | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[PlanRead]:
    """The part-time plans of every placement that the caller may see.

    `changed_since` covers plans that lapsed, became overdue or ended with their placement.
    """
    statement = visible_plans(caller)
    if placement_id is not None:
        statement = statement.where(col(PartTimePlan.placement_id) == placement_id)
    if state is not None:
        statement = with_state(statement, state, caller.today)
    if since is not None:
        statement = changed_since(statement, since, caller.today)
    rows, page = await pages.rows(session, statement, [col(PartTimePlan.id)])
    return page.holding(await _read(caller, session, [row[0] for row in rows]))


@router.post("/part-time-plans", operation_id="propose_part_time_plan", status_code=201)
async def propose_part_time_plan(body: PlanPropose, caller: Planner, session: Session, response: Response) -> PlanRead:
    """The host school or the commissioner proposes, and thereby agrees; the other's agreement is needed beforehand.

    Where nobody else must agree the plan is agreed at once.
    """
    plan = await part_time_plans.propose_plan(caller, session, body)
    response.headers["Location"] = f"{part_time_plans.PATH}/{plan.id}"
    return await _shown(caller, session, response, plan)


@router.get("/part-time-plans/{plan_id}", operation_id="get_part_time_plan")
async def get_part_time_plan(plan_id: Id, caller: Reader, session: Session, response: Response) -> PlanRead:
    """One part-time plan: what it is, who has agreed, its reviews, and the plan that follows it."""
    return await _shown(caller, session, response, await visible_plan(caller, session, plan_id))


@router.post("/part-time-plans/{plan_id}/agreements", operation_id="answer_part_time_plan")
async def answer_part_time_plan(
    plan_id: Id,
    body: AgreementGive,
    caller: Annotated[Caller, allow(Scope.AGREEMENTS_WRITE)],
    session: Session,
    response: Response,
) -> PlanRead:
    """The other party agrees or refuses, for itself alone and once, before the plan begins."""
    return await _shown(caller, session, response, await part_time_plans.answer_plan(caller, session, plan_id, body))


@router.post("/part-time-plans/{plan_id}/withdrawal", operation_id="withdraw_part_time_plan")
async def withdraw_part_time_plan(
    plan_id: Id, expected: ExpectedVersion, caller: Planner, session: Session, response: Response
) -> PlanRead:
    """The party that proposed a plan takes it back before it is agreed."""
    plan = await part_time_plans.withdraw_plan(caller, session, plan_id, expected)
    return await _shown(caller, session, response, plan)


@router.post("/part-time-plans/{plan_id}/reviews", operation_id="review_part_time_plan")
async def review_part_time_plan(
    plan_id: Id,
    body: PlanReviewWrite,
    expected: ExpectedVersion,
    caller: Planner,
    session: Session,
    response: Response,
) -> PlanRead:
    """Host school or commissioner records a review that was held. One that decides so ends the plan formally."""
    plan = await part_time_plans_ending.review_plan(caller, session, plan_id, body, expected)
    return await _shown(caller, session, response, plan)


@router.post("/part-time-plans/{plan_id}/ending", operation_id="end_part_time_plan")
async def end_part_time_plan(
    plan_id: Id,
    body: PlanEnd,
    expected: ExpectedVersion,
    caller: Planner,
    session: Session,
    response: Response,
) -> PlanRead:
    """Host school or commissioner ends a plan formally. Sessions that have not begun are expected again.

    A plan that follows it ends with it, or is withdrawn.
    """
    plan = await part_time_plans_ending.end_plan(caller, session, plan_id, body.because, expected)
    return await _shown(caller, session, response, plan)


@router.post("/part-time-plans/{plan_id}/extension", operation_id="extend_part_time_plan", status_code=201)
async def extend_part_time_plan(
    plan_id: Id,
    body: PlanExtend,
    expected: ExpectedVersion,
    caller: Planner,
    session: Session,
    response: Response,
) -> PlanRead:
    """Proposes the plan that follows one, as a whole new return; answers with the new plan.

    It needs agreement as any other. When it is agreed the plan before it is `extended`.
    """
    plan = await part_time_plans.extend_plan(caller, session, plan_id, body, expected)
    response.headers["Location"] = f"{part_time_plans.PATH}/{plan.id}"
    return await _shown(caller, session, response, plan)


async def _shown(caller: Caller, session: Session, response: Response, plan: PartTimePlan) -> PlanRead:
    tag(response, plan.version)
    return (await _read(caller, session, [plan]))[0]


async def _read(caller: Caller, session: Session, found: Sequence[PartTimePlan]) -> list[PlanRead]:
    ids = [each.id for each in found]
    placements = await placements_by_id(caller, session, [each.placement_id for each in found])
    answers = await agreements_of(session, "part_time_plan_id", ids)
    reviews = await reviews_of(session, ids)
    extensions = await extensions_of(session, ids, caller.today)
    reads = []
    for each in found:
        placement = placements[each.placement_id]
        held = reviews.get(each.id, [])
        extension = extensions.get(each.id)
        shown = _as_proposed(each) | {
            "state": part_time_plans.state_of(each, placement, caller.today),
            "extended_by_id": extension and extension.id,
            "reviews": [review.model_dump(include=set(PlanReviewRead.model_fields)) for review in held],
            **shown_agreements(part_time_plans.parties_of(placement), answers.get(each.id, [])),
        }
        reads.append(PlanRead.model_validate(shown))
    return reads


def _as_proposed(plan: PartTimePlan) -> dict[str, Any]:
    sessions = [weekly_session(each) for each in plan.sessions_not_attended]
    return plan.model_dump(include=set(PlanRead.model_fields)) | {
        "sessions_not_attended": [{"weekday": weekday, "session": part} for weekday, part in sessions],
        "risk_assessment": {"done_on": plan.risk_assessed_on, "done_by": plan.risk_assessed_by},
        "parents_agreement": {
            "given_by": plan.parents_agreed_by,
            "how": plan.parents_agreed_how,
            "given_on": plan.parents_agreed_on,
        },
        "warnings": plan_warnings(plan.reason, plan.starts_on, plan.review_dates),
    }
