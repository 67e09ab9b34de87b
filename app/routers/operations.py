"""What an operator's machines ask: alive, ready, figures; and what a browser is shown."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from app.db.migrate import heads
from app.problems import Unavailable
from app.schemas.operations import Health
from app.web.contract import as_text

router = APIRouter(tags=["operations"])


@router.get("/livez", operation_id="live")
async def live() -> Health:
    """The process runs. Touches nothing else, so that a database outage does not get it killed."""
    return Health(status="ok")


@router.get("/readyz", operation_id="ready")
async def ready(request: Request) -> Health:
    """The process can serve: the database answers and has this version's tables."""
    async with request.app.state.sessions() as session:
        found = set((await session.execute(text("select version_num from alembic_version"))).scalars())
    if found != heads():
        raise Unavailable(5)
    return Health(status="ok")


@router.get("/metrics", operation_id="metrics", response_class=Response, include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Prometheus figures of this process. They hold no address and no name."""
    body, content_type = request.app.state.metrics.exposition()
    return Response(body, media_type=content_type)


@router.get("/openapi.json", operation_id="openapi", response_class=Response, include_in_schema=False)
async def openapi(request: Request) -> Response:
    """The contract that this process serves."""
    return Response(as_text(request.app.openapi()), media_type="application/json")
