"""HTTP in and out: one file a feature. The list below is the whole of the API."""

from fastapi import APIRouter

from app.routers import (
    absconding_alerts,
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
    progress_reports,
    pupils,
    qa_actions,
    qa_frameworks,
    qa_visits,
    reference_data,
    report_forms,
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
        absconding_alerts.router,
        api_clients.router,
        calendars.router,
        contacts.router,
        directory.router,
        directory_sites.router,
        docs.router,
        events.router,
        frameworks.router,
        me.router,
        oauth.router,
        operations.router,
        placements.router,
        progress_reports.router,
        pupils.router,
        qa_actions.router,
        qa_frameworks.router,
        qa_visits.router,
        reference_data.router,
        report_forms.router,
        suspensions.router,
        terminations.router,
        timetables.router,
        toolkit.router,
        toolkit_assessments.router,
        *([sandbox.router] if settings.is_sandbox else []),
    ]
