"""Requests to both sides that not all have agreed to when they could no longer be answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.outbox.recording import Telling
from app.rules.agreements import AskedState
from app.services.agreements_questions import END_AT_ONCE, EXTEND, Question
from app.services.duties_batch import Batch


def _sweep(table: str) -> TextClause:
    # The placement is locked too, as it is by those who agree: an agreement in progress is never lapsed underneath.
    return text(
        f"""
        with due as (
            select t.id from {table} t
            join placements p on p.id = t.placement_id
            join organisations o on o.id = p.provider_id
            where t.state = 'requested' and t.answer_by <= :until
              and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
            order by t.answer_by, t.id
            limit :most
            for no key update of t, p skip locked
        ), lapsed as (
            update {table} t
            set state = 'lapsed', settled_at = t.answer_by, changed_at = :until, version = t.version + 1
            from due where t.id = due.id
            returning t.id, t.placement_id, t.answer_by
        )
        select id, placement_id, answer_by from lapsed order by answer_by, id
        """  # noqa: S608 - the name of a table of ours
    )


_TERMINATIONS = _sweep("immediate_terminations")
_EXTENSIONS = _sweep("extensions")


async def lapse_immediate_terminations(
    session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None
) -> Batch:
    """Those whose day is over: agreement never reaches back. Source: Waymark's own."""
    return await _lapse(session, _TERMINATIONS, END_AT_ONCE, sandbox_id, until, most)


async def lapse_extensions(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """Those whose placement has ended: there is nothing left to extend. Source: Waymark's own."""
    return await _lapse(session, _EXTENSIONS, EXTEND, sandbox_id, until, most)


async def _lapse(
    session: AsyncSession,
    sweep: TextClause,
    question: Question[Any],
    sandbox_id: UUID | None,
    until: datetime,
    most: int | None,
) -> Batch:
    found = (await session.execute(sweep, {"until": until, "sandbox_id": sandbox_id, "most": most})).all()
    event = question.told[AskedState.LAPSED]
    tellings = [
        Telling(event, f"{question.path}/{row.id}", row.answer_by, placements=(row.placement_id,)) for row in found
    ]
    return Batch(len(found), tellings)
