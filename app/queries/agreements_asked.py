"""Everything that asks for the parties' agreement, whatever its kind, as one list that the caller may see.

A kind is one entry of `SOURCES`. It needs a table with `placement_id`, a column of `agreements` that points to it, and
states among those of `rules.agreements.AskedState`; one beyond these says what followed when all had agreed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.selectable import Subquery
from sqlmodel import col

from app.access.caller import Caller
from app.models.agreements import Agreement, AskedOfBothSides
from app.models.columns import Record
from app.models.early_departures import EarlyDeparture
from app.models.extensions import Extension
from app.models.immediate_terminations import ImmediateTermination
from app.models.part_time_plans import PartTimePlan
from app.models.placements import Placement
from app.models.suspensions import Suspension
from app.problems import NotFound
from app.queries.agreements import Subject
from app.queries.placements import visible_placement_ids
from app.rules.agreements import NEEDS, AgreementKind, AskedState, PartyRole
from app.rules.part_time_plans import PlanState


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of question: the columns that hold who asked about which placement, its state, and until when."""

    kind: AgreementKind
    path: str
    subject: Subject
    table: type[Record]
    placement_id: InstrumentedAttribute[UUID]
    asked_by_id: InstrumentedAttribute[UUID]
    state: InstrumentedAttribute[Any]
    answer_by: InstrumentedAttribute[datetime] | ColumnElement[datetime]
    settled_at: InstrumentedAttribute[datetime | None]
    open_state: str = AskedState.REQUESTED.value


def _column(table: type[Record], name: str) -> InstrumentedAttribute[Any]:
    attribute: InstrumentedAttribute[Any] = getattr(table, name)
    return attribute


def _of_both_sides(kind: AgreementKind, path: str, subject: Subject, table: type[AskedOfBothSides]) -> Source:
    return Source(
        kind,
        path,
        subject,
        table,
        *(getattr(table, name) for name in ("placement_id", "requested_by_id", "state", "answer_by", "settled_at")),
    )


SOURCES: tuple[Source, ...] = (
    Source(
        AgreementKind.SUSPENSION,
        "/v1/suspensions",
        "suspension_id",
        Suspension,
        *(
            getattr(Suspension, name)
            for name in ("placement_id", "requested_by_id", "state", "takes_effect_at", "settled_at")
        ),
    ),
    _of_both_sides(
        AgreementKind.IMMEDIATE_TERMINATION,
        "/v1/immediate-terminations",
        "immediate_termination_id",
        ImmediateTermination,
    ),
    _of_both_sides(AgreementKind.EXTENSION, "/v1/extensions", "extension_id", Extension),
    Source(
        AgreementKind.SENDING_HOME,
        "/v1/early-departures",
        "early_departure_id",
        EarlyDeparture,
        *(
            getattr(EarlyDeparture, name)
            for name in ("placement_id", "requested_by_id", "state", "leaving_at", "settled_at")
        ),
    ),
    Source(
        AgreementKind.PART_TIME_PLAN,
        "/v1/part-time-plans",
        "part_time_plan_id",
        PartTimePlan,
        placement_id=_column(PartTimePlan, "placement_id"),
        asked_by_id=_column(PartTimePlan, "proposed_by_id"),
        state=_column(PartTimePlan, "state"),
        answer_by=func.timezone("Europe/London", cast(col(PartTimePlan.starts_on), DateTime)),
        settled_at=_column(PartTimePlan, "settled_at"),
        open_state=PlanState.PROPOSED.value,
    ),
)
SOURCE_OF = {source.kind: source for source in SOURCES}


def visible_questions(
    caller: Caller,
    *,
    kind: AgreementKind | None = None,
    placement_id: UUID | None = None,
    state: AskedState | None = None,
    waiting_for_me: bool | None = None,
    changed_since: datetime | None = None,
) -> tuple[Select[Any], Subquery]:
    """The questions, each with its kind, state at `caller.now` and `waiting_for_me`; and the columns to sort by."""
    sources = [source for source in SOURCES if kind in (None, source.kind)]
    every = union_all(*(_asked(caller, source) for source in sources)).subquery("asked")
    statement = select(every)
    if placement_id is not None:
        statement = statement.where(every.c.placement_id == placement_id)
    if state is not None:
        statement = statement.where(every.c.state == state.value)
    if waiting_for_me is not None:
        statement = statement.where(every.c.waiting_for_me == waiting_for_me)
    if changed_since is not None:
        statement = statement.where(every.c.last_moved_at >= changed_since)
    return statement, every


async def visible_question(
    caller: Caller, session: AsyncSession, asked_id: UUID, kind: AgreementKind | None = None
) -> Any:
    """The row of one question. Raises NotFound."""
    statement, every = visible_questions(caller, kind=kind)
    found = (await session.execute(statement.where(every.c.id == asked_id))).one_or_none()
    if found is None:
        raise NotFound
    return found


def _asked(caller: Caller, source: Source) -> Select[Any]:
    """The questions of one kind; `last_moved_at` counts a lapse as a change at the instant of it."""
    table = source.table
    stored = cast(source.state, String)
    is_open = source.state == source.open_state
    lapsed = and_(is_open, source.answer_by <= caller.now)
    waiting = and_(is_open, ~lapsed, _asks(caller, source.kind), ~_answered(caller, source))
    columns: Sequence[ColumnElement[Any]] = (
        col(table.id).label("id"),
        literal(source.kind.value, String).label("kind"),
        source.placement_id.label("placement_id"),
        source.asked_by_id.label("asked_by_id"),
        col(table.created_at).label("asked_at"),
        source.answer_by.label("answer_by"),
        source.settled_at.label("settled_at"),
        case(
            (lapsed, AskedState.LAPSED.value),
            (is_open, AskedState.REQUESTED.value),
            (stored.in_([each.value for each in AskedState]), stored),
            else_=AskedState.AGREED.value,
        ).label("state"),
        col(table.changed_at).label("changed_at"),
        case((lapsed, source.answer_by), else_=col(table.changed_at)).label("last_moved_at"),
        col(table.version).label("version"),
        waiting.label("waiting_for_me"),
    )
    return (
        select(*columns)
        .join(Placement, col(Placement.id) == source.placement_id)
        .where(source.placement_id.in_(visible_placement_ids(caller)))
    )


def _answered(caller: Caller, source: Source) -> ColumnElement[bool]:
    return exists().where(
        getattr(Agreement, source.subject) == col(source.table.id),
        col(Agreement.organisation_id) == caller.organisation_id,
    )


def _asks(caller: Caller, kind: AgreementKind) -> ColumnElement[bool]:
    """Whether the caller's agreement is needed: the same answer as `rules.agreements.parties_to_agree`."""
    roles, me = NEEDS[kind].roles, caller.organisation_id
    holders = {
        PartyRole.COMMISSIONER: col(Placement.commissioner_id),
        PartyRole.HOST_SCHOOL: col(Placement.host_school_id),
    }
    provides = col(Placement.provider_id) == me
    holds = or_(false(), *(holder == me for role, holder in holders.items() if role in roles))
    other_side = and_(~provides, holds.is_(True))
    if PartyRole.COMMISSIONER not in roles:
        host = col(Placement.host_school_id)
        nobody_else = or_(host.is_(None), host == col(Placement.provider_id))
        other_side = or_(other_side, and_(~provides, nobody_else, col(Placement.commissioner_id) == me))
    return or_(other_side, provides) if PartyRole.PROVIDER in roles else other_side
