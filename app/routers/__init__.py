"""HTTP in and out: one file a feature. The list below is the whole of the API."""

from fastapi import APIRouter

from app.routers import (
    api_clients,
    attendance_marks,
    attendance_submissions,
    calendars,
    contacts,
    directory,
    directory_sites,
    docs,
    events,
    expected_sessions,
    frameworks,
    me,
    oauth,
    operations,
    placements,
    pupils,
    qa_actions,
    qa_frameworks,
    qa_visits,
    reference_data,
    sandbox,
    suspensions,
    terminations,
    timetables,
    toolkit,
    toolkit_assessments,
)
from app.settings import Settings


def every_router(settings: Settings) -> list[APIRouter]:
    """The routers of the service; the sandbox's only in a sandbox."""
    return [
        *([sandbox.router] if settings.is_sandbox else []),
        api_clients.router,
        attendance_marks.router,
        attendance_submissions.router,
        calendars.router,
        contacts.router,
        directory.router,
        directory_sites.router,
        docs.router,
        events.router,
        expected_sessions.router,
        frameworks.router,
        me.router,
        oauth.router,
        operations.router,
        placements.router,
        pupils.router,
        qa_actions.router,
        qa_frameworks.router,
        qa_visits.router,
        reference_data.router,
        suspensions.router,
        terminations.router,
        timetables.router,
        toolkit.router,
        toolkit_assessments.router,
    ]
