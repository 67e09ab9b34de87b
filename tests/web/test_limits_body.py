"""All bodies together have a bound, and give back what they held."""

import asyncio

import httpx
from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.limits_body import BodyLimits


async def test_bodies_beyond_the_common_bound_are_turned_away_until_others_are_done() -> None:
    application = FastAPI()
    statuses: list[int] = []

    @application.post("/outer")
    async def outer(request: Request) -> dict[str, int]:
        """Sends another body while its own is held."""
        statuses.append((await caller.post("/inner", content=b"x" * 600)).status_code)
        return {"bytes": len(await request.body())}

    @application.post("/inner")
    async def inner(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    bounded = BodyLimits(application, buffered=1_000)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(bounded), base_url="http://waymark.test") as caller:
        for _ in range(3):
            assert (await caller.post("/outer", content=b"x" * 600)).status_code == 200
        refused = await caller.post("/inner", content=b"x" * 1_001)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert (await caller.post("/inner", content=b"x" * 1_000)).status_code == 200
    assert statuses == [503, 503, 503]


async def test_the_bodies_of_others_leave_room_for_what_is_vital() -> None:
    gate = asyncio.Event()
    bounded = BodyLimits(_awaiting(gate), buffered=1_000, vital_prefixes=("/v1/alerts",), vital_buffered=500)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(bounded), base_url="http://waymark.test") as caller:
        others = asyncio.create_task(caller.post("/v1/marks", content=b"x" * 1_000))
        await asyncio.sleep(0.05)
        assert (await caller.post("/v1/marks", content=b"x")).status_code == 503
        vital = asyncio.create_task(caller.post("/v1/alerts", content=b"x" * 500))
        await asyncio.sleep(0.05)
        assert (await caller.post("/v1/alerts", content=b"x")).status_code == 503
        gate.set()
        assert [(await each).status_code for each in (others, vital)] == [200, 200]


def _awaiting(gate: asyncio.Event) -> ASGIApp:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await gate.wait()
        await Response()(scope, receive, send)

    return application
