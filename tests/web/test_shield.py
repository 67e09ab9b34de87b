"""Every answer that passes the shield: ids, headers, methods, bounds, and the last resort."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterator, MutableMapping
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Response
from starlette.types import Receive, Scope, Send

from app.telemetry.logs import configure_logging
from app.telemetry.metrics import RequestMetrics
from app.web.limits_in_flight import InFlightLimit
from tests.web.small_application import caller_of, small_application


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    out = io.StringIO()
    configure_logging(stream=out)
    yield out
    configure_logging()


@pytest.fixture
def metrics() -> RequestMetrics:
    return RequestMetrics()


@pytest.fixture
def application(lines: io.StringIO, metrics: RequestMetrics) -> FastAPI:
    return small_application(metrics=metrics)


@pytest.fixture
async def caller(application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with caller_of(application) as client:
        yield client


def told(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def assert_problem(answer: httpx.Response, status: int, slug: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["type"] == f"/problems/{slug}"
    assert document["status"] == status
    assert document["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_sane_request_id_is_kept(caller: httpx.AsyncClient) -> None:
    answer = await caller.get("/v1/things/1", headers={"X-Request-ID": "mis-42.a_b"})
    assert answer.headers.get_list("x-request-id") == ["mis-42.a_b"]


@pytest.mark.parametrize("offered", ["", "a b", "x" * 65, "é", '"; drop', "a\tb", "{}"])
async def test_a_strange_request_id_is_replaced(caller: httpx.AsyncClient, offered: str) -> None:
    answer = await caller.get("/v1/things/1", headers=[(b"X-Request-ID", offered.encode())])
    assert str(UUID(answer.headers["x-request-id"])) == answer.headers["x-request-id"]


async def test_two_request_ids_are_none(caller: httpx.AsyncClient) -> None:
    answer = await caller.get("/v1/things/1", headers=[("X-Request-ID", "one"), ("X-Request-ID", "two")])
    assert answer.headers["x-request-id"] not in ("one", "two")


async def test_one_line_tells_of_a_request_without_its_address(caller: httpx.AsyncClient, lines: io.StringIO) -> None:
    await caller.get("/v1/things/Amy-Smith?name=Amy", headers={"Authorization": "Bearer ap_live_x"})
    (line,) = told(lines)
    assert line.pop("duration_ms") >= 0
    assert line.pop("at")
    assert line.pop("request_id")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "/v1/things/{thing}",
        "operation": "read_thing",
        "status": 200,
        "bytes": 15,
        "client_id": "client-7",
    }
    assert "Amy" not in lines.getvalue()


async def test_an_address_without_a_route_is_logged_as_unmatched(caller: httpx.AsyncClient, lines: io.StringIO) -> None:
    await caller.get("/v1/Amy-Smith")
    (line,) = told(lines)
    assert (line["route"], line["status"], line["client_id"]) == ("unmatched", 404, None)


async def test_metrics_are_by_operation(caller: httpx.AsyncClient, metrics: RequestMetrics) -> None:
    await caller.get("/v1/things/Amy")
    await caller.request("BREW", "/v1/things/Amy")
    body, kind = metrics.exposition()
    text = body.decode()
    assert 'waymark_requests_total{method="GET",operation="read_thing",status="200"} 1.0' in text
    assert 'method="other"' in text
    assert "waymark_requests_in_flight 0.0" in text
    assert 'waymark_request_seconds_count{operation="read_thing"}' in text
    assert "Amy" not in text
    assert kind.startswith("text/plain")


async def test_an_exception_becomes_a_problem_that_says_nothing(caller: httpx.AsyncClient, lines: io.StringIO) -> None:
    answer = await caller.get("/broken", headers={"X-Request-Id": "r-1"})
    assert_problem(answer, 500, "internal-error")
    assert "A123456789012" not in answer.text
    errors = [line for line in told(lines) if line["level"] == "error"]
    assert [line["request_id"] for line in errors] == ["r-1"]
    assert errors[0]["raised"][0]["type"] == "builtins.RuntimeError"
    assert any("in broken" in frame for frame in errors[0]["raised"][0]["frames"])
    assert "A123456789012" not in lines.getvalue()
    assert [line["status"] for line in told(lines) if line["event"] == "request"] == [500]


async def test_an_exception_midway_leaves_the_answer_unfinished(application: FastAPI, lines: io.StringIO) -> None:
    sent: list[MutableMapping[str, Any]] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/broken-midway",
        "query_string": b"",
        "headers": [(b"host", b"waymark.test")],
    }

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(5)
        return {"type": "http.disconnect"}

    await application(scope, receive, send)
    assert sent[0]["status"] == 200
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[1]["more_body"] is True
    assert [line["response_started"] for line in told(lines) if line["level"] == "error"] == [True]
    assert "A123456789012" not in lines.getvalue()


async def test_headers_hold_for_every_answer(caller: httpx.AsyncClient) -> None:
    for path in ("/v1/things/1", "/nowhere", "/broken"):
        answer = await caller.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; frame")
        assert "server" not in answer.headers


async def test_the_docs_page_may_run_its_own_scripts(caller: httpx.AsyncClient) -> None:
    answer = await caller.get("/docs")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers
    assert "script-src" not in (await caller.get("/docsearch")).headers["content-security-policy"]


async def test_head_is_get_without_the_body(caller: httpx.AsyncClient, lines: io.StringIO) -> None:
    get, head = await caller.get("/v1/things/1"), await caller.head("/v1/things/1")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]
    assert [(line["method"], line["route"]) for line in told(lines)] == [
        ("GET", "/v1/things/{thing}"),
        ("HEAD", "/v1/things/{thing}"),
    ]


async def test_head_of_what_is_only_posted_is_refused(caller: httpx.AsyncClient) -> None:
    answer = await caller.head("/echo")
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")


@pytest.mark.parametrize("method", ["POST", "PUT", "TRACE", "BREW"])
async def test_another_method_is_told_of_all_there_are(caller: httpx.AsyncClient, method: str) -> None:
    answer = await caller.request(method, "/v1/things/1")
    assert_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"


async def test_options_lists_the_methods(caller: httpx.AsyncClient) -> None:
    answer = await caller.options("/v1/things/1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"
    assert (await caller.options("/nowhere")).status_code == 404


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        pytest.param("/echo", 1_000, 200, id="the largest"),
        pytest.param("/echo", 1_001, 413, id="one byte more"),
        pytest.param("/v1/bulk/echo", 5_000, 200, id="the largest in bulk"),
        pytest.param("/v1/bulk/echo", 5_001, 413, id="one byte more in bulk"),
        pytest.param("/echo", 10_000_000, 413, id="ten megabytes"),
    ],
)
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
async def test_a_body_may_have(caller: httpx.AsyncClient, path: str, size: int, status: int, announced: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, size, 700):
            yield b"x" * min(700, size - start)

    answer = await caller.post(path, content=b"x" * size if announced else chunks())
    assert answer.status_code == status
    if status == 413:
        assert_problem(answer, 413, "body-too-large")
    else:
        assert answer.json() == {"bytes": size}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param([("Host", "one.test"), ("Host", "two.test")], 400, id="two hosts"),
        pytest.param([("Authorization", "a"), ("Authorization", "b")], 400, id="two credentials"),
        pytest.param([("Idempotency-Key", "a"), ("Idempotency-Key", "b")], 400, id="two keys"),
        pytest.param([("Content-Length", "+5")], 400, id="a length with a sign"),
        pytest.param([("Content-Length", "5, 5")], 400, id="two lengths in one"),
        pytest.param([(f"X-{n}", "a") for n in range(70)], 431, id="70 headers"),
        pytest.param([("X-Long", "a" * 20_000)], 431, id="a long header"),
    ],
)
async def test_a_request_is_refused_with(
    caller: httpx.AsyncClient, headers: list[tuple[str, str]], status: int
) -> None:
    answer = await caller.get("/v1/things/1", headers=headers)
    assert_problem(answer, status, "bad-request" if status == 400 else "headers-too-large")


async def test_an_address_with_a_nul_or_of_great_length_is_refused(caller: httpx.AsyncClient) -> None:
    assert_problem(await caller.get("/v1/things/1%00"), 400, "bad-request")
    assert_problem(await caller.get("/v1/things/1?name=%00"), 400, "bad-request")
    long = await caller.get("/v1/things/" + "a" * 9_000)
    assert_problem(long, 400, "bad-request")
    assert len(long.content) < 500


async def test_beyond_the_capacity_only_what_is_reserved_gets_in(
    application: FastAPI, caller: httpx.AsyncClient
) -> None:
    gate = application.state.gate
    held = [asyncio.create_task(caller.get("/held")) for _ in range(2)]
    await _until(lambda: gate.inside == 2)
    refused = await caller.get("/v1/things/1")
    assert_problem(refused, 503, "unavailable")
    assert refused.headers["retry-after"] == "1"
    held.append(asyncio.create_task(caller.get("/v1/alerts/held")))
    await _until(lambda: gate.inside == 3)
    assert (await caller.get("/v1/alerts/held")).status_code == 503
    assert (await caller.get("/livez")).status_code == 200
    gate.opened.set()
    assert [(await task).status_code for task in held] == [200, 200, 200]
    assert (await caller.get("/v1/things/1")).status_code == 200


async def test_reserved_paths_do_not_shut_the_others_out(application: FastAPI, caller: httpx.AsyncClient) -> None:
    gate = application.state.gate
    held = [asyncio.create_task(caller.get("/v1/alerts/held"))]
    await _until(lambda: gate.inside == 1)
    assert (await caller.get("/v1/things/1")).status_code == 200
    gate.opened.set()
    await held[0]


async def test_no_rush_of_what_is_urgent_takes_the_places_of_what_is_vital() -> None:
    gate, inside = asyncio.Event(), 0

    async def held(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal inside
        inside += 1
        await gate.wait()
        await Response()(scope, receive, send)

    urgent, vital = "/v1/marks", "/v1/alerts"
    limit = InFlightLimit(
        held, capacity=4, reserved=1, reserved_prefixes=(vital, urgent), vital=1, vital_prefixes=(vital,)
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(limit), base_url="http://waymark.test") as caller:
        rush = [asyncio.create_task(caller.post(urgent)) for _ in range(3)]
        await _until(lambda: inside == 3)
        assert (await caller.post(urgent)).status_code == 503
        assert (await caller.get(vital)).status_code == 503
        rush.append(asyncio.create_task(caller.post(vital)))
        await _until(lambda: inside == 4)
        assert (await caller.post(vital)).status_code == 503
        gate.set()
        assert [(await task).status_code for task in rush] == [200] * 4
        assert (await caller.get("/v1/things/1")).status_code == 200


async def test_the_rate_is_told_with_the_answer(caller: httpx.AsyncClient) -> None:
    answer = await caller.get("/v1/things/1")
    assert answer.headers["ratelimit"] == '"client";r=4;t=2'


async def _until(happened: Any) -> None:
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110 (what is awaited has no event)
            await asyncio.sleep(0.005)
