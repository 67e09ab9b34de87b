"""HTTP in and out: one file a feature. The list below is the whole of the API."""

from fastapi import APIRouter

from app.routers import (
    attendance_marks,
    attendance_submissions,
    calendars,
    contacts,
    directory,
    directory_sites,
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
    timetables,
    toolkit,
    toolkit_assessments,
)
from app.settings import Settings


def every_router(settings: Settings) -> list[APIRouter]:
    """The routers of the service; the sandbox's only in a sandbox."""
    return [
        operations.router,
        oauth.router,
        me.router,
        attendance_marks.router,
        attendance_submissions.router,
        calendars.router,
        contacts.router,
        directory.router,
        directory_sites.router,
        expected_sessions.router,
        frameworks.router,
        placements.router,
        pupils.router,
        qa_actions.router,
        qa_frameworks.router,
        qa_visits.router,
        timetables.router,
        toolkit.router,
        toolkit_assessments.router,
    ]
