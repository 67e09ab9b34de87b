"""The API as an ASGI application: a table of contents, which decides nothing."""

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from app import routers
from app.access.assembly import make_authenticator, make_token_issuer
from app.attachments.store import AttachmentStore
from app.db.engine import make_engine, make_sessions, refuse_unsafe_database
from app.settings import Settings
from app.settings import settings as read_settings
from app.telemetry.logs import configure_logging
from app.telemetry.metrics import RequestMetrics
from app.web.contract import contract
from app.web.failures import install_failures
from app.web.middleware import install_middleware
from app.web.rates import make_rates

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

VERSION = "0.4.0"


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or read_settings()
    configure_logging()
    app = FastAPI(
        title="Waymark",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.engine = make_engine(settings.database_url, settings)
    app.state.sessions = make_sessions(app.state.engine)
    app.state.reserved_engine = make_engine(settings.database_url, settings, reserved=True)
    app.state.reserved_sessions = make_sessions(app.state.reserved_engine)
    app.state.worker_engine = None
    app.state.worker_sessions = None
    if settings.is_sandbox and settings.database_worker_url:
        app.state.worker_engine = make_engine(settings.database_worker_url, settings)
        app.state.worker_sessions = make_sessions(app.state.worker_engine)
    app.state.authenticator = make_authenticator(settings)
    app.state.token_issuer = make_token_issuer(settings)
    app.state.rates = make_rates(settings)
    app.state.cursor_key = settings.cursor_secret.get_secret_value().encode()[:64]
    app.state.attachments = AttachmentStore(settings)
    app.state.metrics = RequestMetrics()
    for router in routers.every_router(settings):
        app.include_router(router)
    app.openapi = lambda: contract(app)  # type: ignore[method-assign]
    install_failures(app)
    install_middleware(app, settings)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> "AsyncIterator[None]":
    await refuse_unsafe_database(app.state.engine, app.state.settings)
    yield
    await app.state.engine.dispose()
    await app.state.reserved_engine.dispose()
    if app.state.worker_engine is not None:
        await app.state.worker_engine.dispose()
