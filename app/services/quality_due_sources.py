"""What a council's list of everything due is made of: one function for each kind, in `SOURCES`.

A feature adds its kind here by one function of the form `Source`. It answers what the calling council may see of the
kind that falls due by `wanted.due_by`, the soonest first by `DueItem.place`, only what is behind `wanted.after`, and no
more than `wanted.most`. `chosen` makes that of a list that is worked out whole.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.queries.quality_due import due_actions, due_concerns, due_reviews, due_visits
from app.rules.concerns import WAITS_FOR_COUNCIL
from app.rules.quality_due import DueItem, DueKind, Place, ToDo, WaitsFor


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
}
