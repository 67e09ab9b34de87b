"""What a council's list of everything due is made of: one function for each kind, in `SOURCES`.

A feature adds its kind here by one function of the form `Source`. It answers what the calling council may see of the
kind that falls due by `wanted.due_by`, the soonest first by `DueItem.place`, only what is behind `wanted.after`, and no
more than `wanted.most`. `chosen` makes that of a list that is worked out whole. A kind has one function: where a page
ends, its `DueItem.key` is what that function is handed back.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.scopes import Scope
from app.queries.clocks import ClockFilters
from app.queries.quality_due import due_actions, due_concerns, due_returns, due_reviews, due_visits
from app.rules.concerns import WAITS_FOR_COUNCIL
from app.rules.progress_reports_due import ReportOwed
from app.rules.quality_due import DueItem, DueKind, Place, ToDo, WaitsFor
from app.services.progress_reports_due import Owing, outstanding_reports
from app.services.qa_visits_due import VisitDue, visits_due


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a source is asked for: `after` is the place at which the page before ended."""

    due_by: date
    provider_id: UUID | None
    after: Place | None
    most: int


Source = Callable[[Caller, AsyncSession, Wanted], Awaitable[Sequence[DueItem]]]


async def actions(caller: Caller, session: AsyncSession, wanted: Wanted) -> Sequence[DueItem]:
    """Open actions of the plans that the council keeps."""
    found = await due_actions(caller, session, wanted.provider_id, wanted.due_by, wanted.after, wanted.most)
    return [
        DueItem(
            DueKind.ACTION,
            str(each.id),
            each.due_on,
            each.provider_id,
            ToDo.COMPLETE_ACTION,
            WaitsFor.PROVIDER,
            f"/v1/actions/{each.id}",
            each.text,
        )
        for each in found
    ]


async def plan_reviews(caller: Caller, session: AsyncSession, wanted: Wanted) -> Sequence[DueItem]:
    """Reviews of the open plans that the council keeps."""
    found = await due_reviews(caller, session, wanted.provider_id, wanted.due_by, wanted.after, wanted.most)
    return [
        DueItem(
            DueKind.PLAN_REVIEW,
            str(each.id),
            each.review_on,
            each.provider_id,
            ToDo.REVIEW_PLAN,
            WaitsFor.COUNCIL,
            f"/v1/action-plans/{each.id}",
            each.title,
        )
        for each in found
        if each.review_on is not None
    ]


async def concerns(caller: Caller, session: AsyncSession, wanted: Wanted) -> Sequence[DueItem]:
    """Concerns that wait for the council or for the provider's answer, without their text."""
    found = await due_concerns(caller, session, wanted.provider_id, wanted.due_by, wanted.after, wanted.most)
    return [
        DueItem(
            DueKind.CONCERN,
            str(each.id),
            each.due_on,
            each.provider_id,
            ToDo.DECIDE_CONCERN if each.state in WAITS_FOR_COUNCIL else ToDo.ANSWER_CONCERN,
            WaitsFor.COUNCIL if each.state in WAITS_FOR_COUNCIL else WaitsFor.PROVIDER,
            f"/v1/concerns/{each.id}",
        )
        for each in found
    ]


async def visits(caller: Caller, session: AsyncSession, wanted: Wanted) -> Sequence[DueItem]:
    """Planned visits that have not been carried out."""
    found = await due_visits(caller, session, wanted.provider_id, wanted.due_by, wanted.after, wanted.most)
    return [
        DueItem(
            DueKind.VISIT,
            str(each.id),
            each.planned_on,
            each.provider_id,
            ToDo.CARRY_OUT_VISIT,
            WaitsFor.COUNCIL,
            f"/v1/qa-visits/{each.id}",
            each.activity_type,
        )
        for each in found
    ]


async def activities(caller: Caller, session: AsyncSession, wanted: Wanted) -> Sequence[DueItem]:
    """What the council's frameworks ask for as often; without what stands in the list as a planned visit."""
    every = await visits_due(caller, session, wanted.provider_id)
    return chosen(
        (_activity(each) for each in every if each.planned_on is None or each.planned_on > wanted.due_by), wanted
    )


def _activity(due: VisitDue) -> DueItem:
    planned = due.planned_visit_id
    return DueItem(
        DueKind.ACTIVITY,
        f"{due.provider_id} {due.framework_id} {due.activity_type}",
        due.due_on,
        due.provider_id,
        ToDo.CARRY_OUT_VISIT if planned else ToDo.MAKE_VISIT,
        WaitsFor.COUNCIL,
        f"/v1/qa-visits/{planned}" if planned else f"/v1/qa-frameworks/{due.framework_id}",
        due.activity_type,
    )


async def progress_reports(caller: Caller, session: AsyncSession, wanted: Wanted) -> Sequence[DueItem]:
    """Reports owed on placements that the council may see, begun or not; none for a client that reads no reports."""
    if Scope.REPORTS_READ not in caller.scopes:
        return []
    found: Sequence[DueItem] = []
    async for batch in outstanding_reports(caller, session, ClockFilters(wanted.provider_id), wanted.due_by):
        found = chosen([*found, *(_report(owing, each) for owing in batch for each in owing.reports)], wanted)
    return found


def _report(owing: Owing, due: ReportOwed) -> DueItem:
    placement, term, begun = owing.placement, due.owed.term, due.begun
    return DueItem(
        DueKind.PROGRESS_REPORT,
        f"{placement.id} {term.school_year} {term.term}",
        due.owed.due_on,
        placement.provider_id,
        ToDo.SUBMIT_REPORT if begun else ToDo.WRITE_REPORT,
        WaitsFor.PROVIDER,
        f"/v1/progress-reports/{begun.report_id}" if begun else f"/v1/placements/{placement.id}/progress-reports-due",
        f"{term.school_year} {term.term}",
        placement.id,
    )


async def returns(caller: Caller, session: AsyncSession, wanted: Wanted) -> Sequence[DueItem]:
    """Annual returns that the council has asked for by a day and does not have, or has sent back."""
    found = await due_returns(caller, session, wanted.provider_id, wanted.due_by, wanted.after, wanted.most)
    return [
        DueItem(
            DueKind.QA_RETURN,
            str(each.id),
            each.due_on,
            each.provider_id,
            ToDo.SUBMIT_RETURN,
            WaitsFor.PROVIDER,
            f"/v1/qa-returns/{each.id}",
            each.type_slug,
        )
        for each in found
        if each.due_on is not None
    ]


def chosen(every: Iterable[DueItem], wanted: Wanted) -> Sequence[DueItem]:
    """What of a list of one kind, in any order, a source is to answer."""
    fitting = (
        each
        for each in every
        if each.due_on <= wanted.due_by
        and wanted.provider_id in (None, each.provider_id)
        and (wanted.after is None or each.place > wanted.after)
    )
    return sorted(fitting, key=lambda each: each.place)[: wanted.most]


SOURCES: Mapping[DueKind, Source] = {
    DueKind.ACTION: actions,
    DueKind.PLAN_REVIEW: plan_reviews,
    DueKind.CONCERN: concerns,
    DueKind.VISIT: visits,
    DueKind.ACTIVITY: activities,
    DueKind.PROGRESS_REPORT: progress_reports,
    DueKind.QA_RETURN: returns,
}
