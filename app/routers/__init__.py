"""HTTP in and out: one file a feature. The list below is the whole of the API."""

from fastapi import APIRouter

from app.routers import api_clients, directory, docs, events, me, oauth, operations, reference_data
from app.settings import Settings


def every_router(settings: Settings) -> list[APIRouter]:
    """The routers of the service; the sandbox's only in a sandbox."""
    return [
        operations.router,
        docs.router,
        oauth.router,
        me.router,
        api_clients.router,
        directory.router,
        events.router,
        reference_data.router,
    ]
