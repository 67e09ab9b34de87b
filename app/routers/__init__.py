"""HTTP in and out: one file a feature. The list below is the whole of the API."""

from fastapi import APIRouter

from app.routers import (
    api_clients,
    calendars,
    contacts,
    directory,
    directory_sites,
    docs,
    events,
    frameworks,
    me,
    oauth,
    operations,
    placements,
    pupils,
    reference_data,
    timetables,
)
from app.settings import Settings


def every_router(settings: Settings) -> list[APIRouter]:
    """The routers of the service; the sandbox's only in a sandbox."""
    return [
        operations.router,
        docs.router,
        oauth.router,
        me.router,
        api_clients.router,
        calendars.router,
        contacts.router,
        directory.router,
        directory_sites.router,
        events.router,
        frameworks.router,
        placements.router,
        pupils.router,
        reference_data.router,
        timetables.router,
    ]
