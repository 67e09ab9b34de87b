"""The day's roll: what a provider's system fetches before school."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.placement_contacts import PlacementContact
from app.models.placements import Placement
from app.models.pupils import Pupil
from app.problems import Invalid, ParameterError
from app.queries.daily_roll import RollRow, leads_on_roll, placements_on_roll, sessions_on_roll
from app.rules.attendance_due import SessionState, session_state
from app.rules.attendance_waivers import Waiver, code_of_waiver
from app.schemas.daily_roll import DailyRoll, RollEntry, RollLead, RollSession
from app.schemas.wire import Day, Id
from app.web.conditional import tag
from app.web.edge import Session
from app.web.pages import Pages
from app.web.router import edge_router

router = edge_router("attendance")

AHEAD, BACK = timedelta(days=14), timedelta(days=28)


@router.get("/daily-roll", operation_id="get_daily_roll")
async def get_daily_roll(
    caller: Annotated[Caller, allow(Scope.ATTENDANCE_READ)],
    session: Session,
    pages: Pages,
    response: Response,
    on_date: Annotated[
        Day | None, Query(description="Today where no day is given; 28 days back to 14 days ahead.")
    ] = None,
    provider_id: Annotated[Id | None, Query(description="The pupils of this provider alone.")] = None,
) -> DailyRoll:
    """Who comes today, or on another day: one entry for each pupil with the day's sessions, hours, sites and states.

    Fetch it before school, the evening before if you like. Poll with `If-None-Match`: 304 says that nothing has
    changed, no deadline passed either. Sessions that are waived are shown with the reason; a pupil whose timetable or
    placement holds nothing that day is left out. No UPN is shown.
    """
    day = on_date or caller.today
    if not caller.today - BACK <= day <= caller.today + AHEAD:
        detail = "must be from 28 days ago to 14 days ahead"
        raise Invalid([ParameterError("on_date", "day_not_on_roll", detail)])
    rows, page = await pages.rows(session, placements_on_roll(caller, day, provider_id), [col(Placement.id)])
    ids = [row.Placement.id for row in rows]
    sessions = await sessions_on_roll(caller, session, ids, day)
    leads = await leads_on_roll(caller, session, ids)
    caller.sees_placements(*ids)
    caller.sees_pupils(*(row.Pupil.id for row in rows))
    tag(response, 1)
    entries = [
        _entry(
            caller,
            row.Placement,
            row.Pupil,
            row.host_school_name,
            leads.get(row.Placement.id, ()),
            sessions.get(row.Placement.id, ()),
        )
        for row in rows
    ]
    return DailyRoll(on_date=day, items=entries, next_cursor=page.next_cursor)


def _entry(
    caller: Caller,
    placement: Placement,
    pupil: Pupil,
    host_school_name: str | None,
    leads: Sequence[PlacementContact],
    sessions: Sequence[RollRow],
) -> RollEntry:
    named = Scope.PUPILS_READ in caller.scopes
    return RollEntry(
        placement_id=placement.id,
        pupil_id=pupil.id,
        given_name=pupil.given_name if named else None,
        family_name=pupil.family_name if named else None,
        date_of_birth=pupil.date_of_birth if named else None,
        provider_id=placement.provider_id,
        commissioner_id=placement.commissioner_id,
        host_school_id=placement.host_school_id,
        host_school_name=host_school_name,
        ap_leads=[RollLead(name=each.name, email=each.email, phone=each.phone) for each in leads],
        sessions=[_session(caller, each) for each in sessions],
    )


def _session(caller: Caller, row: RollRow) -> RollSession:
    expected, waiver = row.session, row.session.waived_by and Waiver(row.session.waived_by)
    state = session_state(caller.now, expected.due_at, expected.first_received_at, waived=waiver is not None)
    code = code_of_waiver(waiver) if waiver and state is SessionState.WAIVED else None
    return RollSession.model_validate(
        {
            **expected.model_dump(include=set(RollSession.model_fields)),
            "site_id": row.site and row.site.id,
            "site_name": row.site and row.site.name,
            "state": state,
            "waived_by": waiver,
            "suggested_code": code and code.code.code,
        }
    )
