"""The ledger as a caller may see it: through its dated rows in `placement_viewers`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Uuid, and_, any_, desc, false, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.attendance import AttendanceMark, ExpectedSession
from app.models.organisations import Organisation
from app.queries.placements import may_see_on, visible_placement, visible_placement_ids
from app.rules.attendance_due import SessionState
from app.rules.calendars import SchoolSession

_NOTHING_YET = col(ExpectedSession.first_received_at).is_(None)
_OWED = col(ExpectedSession.waived_by).is_(None)
_WAIVED_BEFORE = func.coalesce(col(ExpectedSession.waived_at) <= col(ExpectedSession.first_received_at), false())


def visible_sessions(caller: Caller, first: date, last: date) -> Select[Any]:
    """Each session from `first` to `last` that the caller may see, and its current mark or None."""
    sessions = (
        select(ExpectedSession, AttendanceMark)
        .outerjoin(
            AttendanceMark,
            and_(
                col(AttendanceMark.id) == col(ExpectedSession.current_mark_id),
                col(AttendanceMark.on_date) == col(ExpectedSession.on_date),
                col(AttendanceMark.on_date).between(first, last),
            ),
        )
        .where(_visible(caller), col(ExpectedSession.on_date).between(first, last))
    )
    return cast(Select[Any], sessions)


def with_state(statement: Select[Any], state: SessionState, now: datetime) -> Select[Any]:
    """Only the sessions in this state at `now`: the same answer as `rules.attendance_due.session_state`."""
    received, due = col(ExpectedSession.first_received_at), col(ExpectedSession.due_at)
    conditions: dict[SessionState, ColumnElement[bool]] = {
        SessionState.EXPECTED: and_(_NOTHING_YET, _OWED, due >= now),
        SessionState.MISSING: and_(_NOTHING_YET, _OWED, due < now),
        SessionState.WAIVED: and_(_NOTHING_YET, ~_OWED),
        SessionState.RECEIVED_ON_TIME: and_(~_NOTHING_YET, or_(received <= due, _WAIVED_BEFORE)),
        SessionState.RECEIVED_LATE: and_(received > due, ~_WAIVED_BEFORE),
    }
    return statement.where(conditions[state])


async def sessions_on(
    caller: Caller, session: AsyncSession, placement_id: UUID, first: date, last: date
) -> Sequence[ExpectedSession]:
    """A placement's sessions from `first` to `last` that the caller may see, those waived included, in their order."""
    statement = (
        select(ExpectedSession)
        .where(
            _visible(caller),
            col(ExpectedSession.placement_id) == placement_id,
            col(ExpectedSession.on_date).between(first, last),
        )
        .order_by(col(ExpectedSession.on_date), col(ExpectedSession.starts_at))
    )
    return (await session.scalars(statement)).all()


async def expected_mornings(caller: Caller, session: AsyncSession, day: date) -> Sequence[ExpectedSession]:
    """The caller's own mornings of a day of which nothing has been received, as the provider."""
    statement = select(ExpectedSession).where(
        _visible(caller),
        col(ExpectedSession.provider_id) == caller.organisation_id,
        col(ExpectedSession.on_date) == day,
        col(ExpectedSession.session) == SchoolSession.AM,
        _NOTHING_YET,
        _OWED,
    )
    return (await session.scalars(statement)).all()


async def next_morning(caller: Caller, session: AsyncSession, placement_id: UUID | None) -> ExpectedSession | None:
    """The first morning still to begin, of one placement or of any that the caller sees."""
    statement = select(ExpectedSession).where(
        _visible(caller),
        col(ExpectedSession.session) == SchoolSession.AM,
        _NOTHING_YET,
        _OWED,
        col(ExpectedSession.on_date) >= caller.today,
        begins_after(caller.now),
    )
    if placement_id is not None:
        placement = await visible_placement(caller, session, placement_id)
        statement = statement.where(col(ExpectedSession.placement_id) == placement.id)
    order = [col(ExpectedSession.on_date), col(ExpectedSession.placement_id)]
    return (await session.scalars(statement.order_by(*order).limit(1))).one_or_none()


async def outstanding(caller: Caller, session: AsyncSession, day: date, provider_id: UUID | None) -> Sequence[Row[Any]]:
    """Every provider's figures on a day, or those of one, and the sessions that are missing; one pass."""
    due = col(ExpectedSession.due_at) < caller.now
    missing = and_(_NOTHING_YET, due)
    missing_count = func.count().filter(missing)
    identity = func.jsonb_build_object(
        "placement_id", col(ExpectedSession.placement_id),
        "session", col(ExpectedSession.session),
        "due_at", col(ExpectedSession.due_at),
    )  # fmt: skip
    of_provider = [] if provider_id is None else [col(ExpectedSession.provider_id) == provider_id]
    ordered = aggregate_order_by(identity, col(ExpectedSession.session), col(ExpectedSession.placement_id))
    counted = (
        select(
            col(ExpectedSession.provider_id).label("provider_id"),
            func.count().label("expected"),
            func.count().filter(due).label("due"),
            func.count().filter(~due).label("not_yet_due"),
            func.count(col(ExpectedSession.first_received_at)).label("received"),
            missing_count.label("missing"),
            func.jsonb_agg(ordered).filter(missing).label("sessions"),
        )
        .where(
            _of_visible_placement(caller), _visible(caller), col(ExpectedSession.on_date) == day, _OWED, *of_provider
        )
        .group_by(col(ExpectedSession.provider_id))
        .subquery()
    )
    statement = (
        select(*counted.c, col(Organisation.name).label("provider_name"))
        .join(Organisation, col(Organisation.id) == counted.c.provider_id)
        .order_by(desc(counted.c.missing), counted.c.provider_id)
    )
    return cast(Sequence[Row[Any]], (await session.execute(statement)).all())


def changed_or_missing_since(since: datetime, now: datetime) -> ColumnElement[bool]:
    """Whether a session changed, or went missing by the mere passing of time, since an instant."""
    due = col(ExpectedSession.due_at)
    went_missing = and_(_NOTHING_YET, _OWED, due >= since, due < now)
    return or_(col(ExpectedSession.changed_at) >= since, went_missing)


def begins_after(at: datetime) -> ColumnElement[bool]:
    """Whether a session begins after an instant, by the clock in London."""
    return func.timezone("Europe/London", col(ExpectedSession.on_date) + col(ExpectedSession.starts_at)) > at


def _visible(caller: Caller) -> ColumnElement[bool]:
    return may_see_on(caller, col(ExpectedSession.placement_id), col(ExpectedSession.on_date))


def _of_visible_placement(caller: Caller) -> ColumnElement[bool]:
    """As an array, so that the ledger is read by its key: a plan of a join reads the whole country's day first."""
    mine = visible_placement_ids(caller).scalar_subquery()
    return col(ExpectedSession.placement_id) == any_(func.array(mine, type_=ARRAY(Uuid())))
