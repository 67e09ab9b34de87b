"""HTTP in and out: one file a feature. The list below is the whole of the API."""

from fastapi import APIRouter

from app.routers import (
    calendars,
    directory,
    me,
    oauth,
    operations,
    placements,
    pupils,
    suspensions,
    terminations,
    timetables,
)
from app.settings import Settings


def every_router(settings: Settings) -> list[APIRouter]:
    """The routers of the service; the sandbox's only in a sandbox."""
    return [
        operations.router,
        oauth.router,
        me.router,
        calendars.router,
        directory.router,
        placements.router,
        pupils.router,
        suspensions.router,
        terminations.router,
        timetables.router,
    ]
