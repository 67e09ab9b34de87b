"""HTTP in and out: one file a feature. The list below is the whole of the API."""

from fastapi import APIRouter

from app.routers import (
    attendance_marks,
    attendance_submissions,
    calendars,
    directory,
    expected_sessions,
    me,
    oauth,
    operations,
    placements,
    pupils,
    timetables,
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
        directory.router,
        expected_sessions.router,
        placements.router,
        pupils.router,
        timetables.router,
    ]
