"""The ledger of expected sessions: the day's roll, its states, and who has not reported."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.attendance import AttendanceMark, ExpectedSession
from app.problems import Invalid, ParameterError
from app.queries.expected_sessions import changed_or_missing_since, outstanding, visible_sessions, with_state
from app.rules.attendance_due import SessionState, session_state
from app.rules.attendance_waivers import Waiver, code_of_waiver
from app.schemas.expected_sessions import CurrentMark, ExpectedSessionRead, OutstandingRead, ProviderOutstanding
from app.schemas.wire import Day, Id, Instant
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("attendance")

Reader = Annotated[Caller, allow(Scope.ATTENDANCE_READ)]
LONGEST = timedelta(days=31)


@router.get("/expected-sessions", operation_id="list_expected_sessions")
async def list_expected_sessions(
    caller: Reader,
    session: Session,
    pages: Pages,
    on_date: Annotated[Day | None, Query(description="One day; today where no day is given.")] = None,
    first: Annotated[Day | None, Query(alias="from", description="With `to`, instead of `on_date`.")] = None,
    last: Annotated[Day | None, Query(alias="to", description="At most 31 days after `from`.")] = None,
    provider_id: Id | None = None,
    placement_id: Id | None = None,
    state: SessionState | None = None,
    changed_since: Instant | None = None,
) -> Page[ExpectedSessionRead]:
    """The sessions at which pupils are expected, each with its deadline, state and current mark.

    A provider reads its roll here before the day begins; a school or council what has been received. `changed_since`
    covers sessions that went missing. One of a day to come that is timetabled no longer leaves the list without a
    trace in it: the events tell of timetables and calendars that change.
    """
    statement = visible_sessions(caller, *_days(caller, on_date, first, last))
    if provider_id is not None:
        statement = statement.where(col(ExpectedSession.provider_id) == provider_id)
    if placement_id is not None:
        statement = statement.where(col(ExpectedSession.placement_id) == placement_id)
    if state is not None:
        statement = with_state(statement, state, caller.now)
    if changed_since is not None:
        statement = statement.where(changed_or_missing_since(changed_since, caller.now))
    order = [col(ExpectedSession.on_date), col(ExpectedSession.placement_id), col(ExpectedSession.session)]
    rows, page = await pages.rows(session, statement, order)
    caller.sees_placements(*(row.ExpectedSession.placement_id for row in rows))
    return page.holding([_read(caller, row.ExpectedSession, row.AttendanceMark) for row in rows])


@router.get("/attendance-outstanding", operation_id="get_attendance_outstanding")
async def get_attendance_outstanding(
    caller: Reader,
    session: Session,
    on_date: Annotated[Day | None, Query(description="Today where no day is given.")] = None,
    provider_id: Annotated[Id | None, Query(description="The figures of this provider alone.")] = None,
) -> OutstandingRead:
    """Who has not reported: the providers with sessions past their deadline and nothing received, most first."""
    day = on_date or caller.today
    rows = await outstanding(caller, session, day, provider_id)
    providers = [ProviderOutstanding.model_validate(row) for row in rows if row.missing]
    caller.sees_placements(*(each.placement_id for provider in providers for each in provider.sessions))
    return OutstandingRead(
        on_date=day,
        as_of=caller.now,
        expected=sum(row.expected for row in rows),
        not_yet_due=sum(row.not_yet_due for row in rows),
        due=sum(row.due for row in rows),
        received=sum(row.received for row in rows),
        missing=sum(row.missing for row in rows),
        providers=providers,
    )


def _days(caller: Caller, on_date: Day | None, first: Day | None, last: Day | None) -> tuple[Day, Day]:
    """The first and last day asked for. Raises Invalid."""
    if on_date is not None:
        if first is not None or last is not None:
            raise Invalid([ParameterError("on_date", "days_given_twice", "give on_date, or from and to")])
        return on_date, on_date
    first = first or last or caller.today
    last = last or first
    if not first <= last <= first + LONGEST:
        raise Invalid([ParameterError("to", "days_not_valid", "must be from 0 to 31 days after `from`")])
    return first, last


def _read(caller: Caller, expected: ExpectedSession, mark: AttendanceMark | None) -> ExpectedSessionRead:
    state = session_state(
        caller.now, expected.due_at, expected.first_received_at, waived=expected.waived_by is not None
    )
    shown = expected.model_dump(include=set(ExpectedSessionRead.model_fields))
    current = None if mark is None else CurrentMark.model_validate(mark)
    waiver = None if expected.waived_by is None else Waiver(expected.waived_by)
    code = code_of_waiver(waiver) if waiver and state is SessionState.WAIVED else None
    return ExpectedSessionRead.model_validate(
        {
            **shown,
            "state": state,
            "waived_by": waiver,
            "suggested_code": code and code.code.code,
            "mark": current,
        }
    )
