"""A small application inside the shield, with the kinds of route the shield has to deal with."""

import asyncio
from collections.abc import AsyncIterator

import httpx
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from starlette.middleware import Middleware

from app.telemetry.metrics import RequestMetrics
from app.web.access_log import AccessLog
from app.web.last_resort import LastResort
from app.web.limits_body import BodyLimits
from app.web.limits_head import HeadLimits
from app.web.limits_in_flight import InFlightLimit
from app.web.methods import Methods
from app.web.rate_headers import RateHeaders
from app.web.request_id import RequestId
from app.web.secure_headers import SecureHeaders


def layered(application: FastAPI, metrics: RequestMetrics | None) -> list[Middleware]:
    """The layers, outermost first."""
    return [
        Middleware(RequestId),
        Middleware(LastResort),
        Middleware(AccessLog, metrics=metrics),
        Middleware(SecureHeaders),
        Middleware(RateHeaders),
        Middleware(HeadLimits),
        Middleware(BodyLimits, largest=1_000, larger={"/v1/bulk": 5_000}, seconds=0.6),
        Middleware(InFlightLimit, capacity=3, reserved=1, reserved_prefixes=("/v1/alerts",)),
        Middleware(Methods, application=application),
    ]


class Gate:
    """Holds requests to `/held` and `/v1/alerts/held` until it is opened."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.inside = 0

    async def pass_through(self) -> dict[str, bool]:
        self.inside += 1
        await self.opened.wait()
        return {"held": True}


def small_application(metrics: RequestMetrics | None = None) -> FastAPI:
    application = FastAPI(openapi_url=None, redirect_slashes=False)
    application.state.gate = Gate()
    router = APIRouter(prefix="/things")

    @router.get("/{thing}", operation_id="read_thing")
    async def read(thing: str, request: Request) -> dict[str, str]:
        request.state.client_id = "client-7"
        request.state.rate = {"RateLimit": '"client";r=4;t=2'}
        return {"thing": "one"}

    @router.patch("/{thing}")
    async def change(thing: str) -> dict[str, str]:
        return {"thing": "changed"}

    @router.delete("/{thing}")
    async def remove(thing: str) -> Response:
        return Response(status_code=204)

    @application.post("/echo")
    @application.post("/v1/bulk/echo")
    async def echo(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @application.get("/broken")
    async def broken() -> dict[str, str]:
        raise RuntimeError("Key (upn)=(A123456789012) already exists")

    @application.get("/broken-midway")
    async def broken_midway() -> StreamingResponse:
        async def lines() -> AsyncIterator[bytes]:
            yield b"first\n"
            raise RuntimeError("A123456789012")

        return StreamingResponse(lines())

    @application.get("/held")
    @application.get("/v1/alerts/held")
    async def held() -> dict[str, bool]:
        gate: Gate = application.state.gate
        return await gate.pass_through()

    @application.get("/livez")
    async def alive() -> dict[str, str]:
        return {"status": "alive"}

    @application.get("/docs")
    async def docs() -> Response:
        return Response("<html></html>", media_type="text/html", headers={"Server": "secret"})

    application.include_router(router, prefix="/v1")
    application.user_middleware = layered(application, metrics)
    return application


def caller_of(application: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://waymark.test")
