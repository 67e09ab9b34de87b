"""Telling, once for each day set, that an action is due or overdue, and that a review or a concern waits too long."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import london_day, london_midnight
from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.rules.action_plans import TOLD_AHEAD
from app.services.duties_batch import Batch

_ACTIONS = text(
    """
    with due as (
        select t.id, t.due_on, t.changed_at, array[t.kept_by_id, t.provider_id] as organisations,
               t.due_told_for is distinct from t.due_on as near, t.due_on < :today as over
        from actions t join organisations o on o.id = t.provider_id
        where t.state = 'open' and t.due_on <= :ahead
          and (t.due_told_for is distinct from t.due_on
               or t.due_on < :today and t.overdue_told_for is distinct from t.due_on)
          and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
        order by t.due_on, t.id
        limit :most
        for no key update of t skip locked
    ), noted as (
        update actions t
        set due_told_for = t.due_on, overdue_told_for = case when due.over then t.due_on else t.overdue_told_for end
        from due where t.id = due.id
    )
    select * from due order by due_on, id
    """
)


def _late(table: str, day: str, told_for: str, waits: str, organisations: str) -> TextClause:
    """What of a table waits after its day and was not told for that day."""
    return text(
        f"""
        with due as (
            select t.id, t.{day} as due_on, t.changed_at, {organisations} as organisations
            from {table} t join organisations o on o.id = t.provider_id
            where {waits} and t.{day} < :today and t.{told_for} is distinct from t.{day}
              and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
            order by t.{day}, t.id
            limit :most
            for no key update of t skip locked
        ), noted as (
            update {table} t set {told_for} = t.{day} from due where t.id = due.id
        )
        select * from due order by due_on, id
        """  # noqa: S608 - its parts are the literals below
    )


_REVIEWS = _late("action_plans", "review_on", "review_told_for", "t.state = 'open'", "array[t.kept_by_id]")
_CONCERNS = _late(
    "concerns",
    "due_on",
    "overdue_told_for",
    "t.state in ('raised', 'shared', 'answered')",
    "case when t.state = 'shared' then array[t.council_id, t.provider_id] else array[t.council_id] end",
)


async def tell_actions(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """For the keeper of the plan and the provider: some days before an open action's day, and after it."""
    today = london_day(until)
    due = {"today": today, "ahead": today + TOLD_AHEAD, "sandbox_id": sandbox_id, "most": most}
    rows = (await session.execute(_ACTIONS, due)).all()
    tellings = []
    for row in rows:
        told = [(EventType.ACTION_DUE, row.due_on - TOLD_AHEAD)] if row.near else []
        told += [(EventType.ACTION_OVERDUE, _day_after(row.due_on))] if row.over else []
        tellings += [
            Telling(
                event,
                f"/v1/actions/{row.id}",
                max(london_midnight(day), row.changed_at),
                organisations=tuple(row.organisations),
            )
            for event, day in told
        ]
    return Batch(len(rows), tellings)


async def tell_plan_reviews(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """For the keeper of an open plan whose review was not held by its day."""
    return await _tell(session, _REVIEWS, EventType.PLAN_REVIEW_OVERDUE, "/v1/action-plans", sandbox_id, until, most)


async def tell_concerns(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """For the council that has not said what becomes of a concern; for the provider too that has not answered."""
    return await _tell(session, _CONCERNS, EventType.CONCERN_OVERDUE, "/v1/concerns", sandbox_id, until, most)


async def _tell(
    session: AsyncSession,
    sweep: TextClause,
    event: EventType,
    path: str,
    sandbox_id: UUID | None,
    until: datetime,
    most: int | None,
) -> Batch:
    due = {"today": london_day(until), "sandbox_id": sandbox_id, "most": most}
    rows = (await session.execute(sweep, due)).all()
    tellings = [
        Telling(
            event,
            f"{path}/{row.id}",
            max(london_midnight(_day_after(row.due_on)), row.changed_at),
            organisations=tuple(row.organisations),
        )
        for row in rows
    ]
    return Batch(len(rows), tellings)


def _day_after(day: date) -> date:
    return day + timedelta(days=1)
