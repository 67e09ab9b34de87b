"""What only a real server on a socket can show: slow senders, huge heads, cut connections."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import uvicorn

import app.web.http_protocol as protocol
from tests.web.small_application import small_application

Address = tuple[str, int]


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Address]:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.8)
    config = uvicorn.Config(
        small_application(),
        port=0,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        ws="none",
        http=protocol.BoundedHttpProtocol,
        lifespan="off",
    )
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve())
    async with asyncio.timeout(5):
        while not running.started:  # noqa: ASYNC110 (the server has no event)
            await asyncio.sleep(0.01)
    host, port = running.servers[0].sockets[0].getsockname()[:2]
    yield host, port
    running.should_exit = True
    await task
    logging.getLogger("uvicorn.error").disabled = False


async def exchange(server: Address, *parts: bytes, pause: float = 0.0) -> bytes:
    """Sends the parts with a pause after each, and reads until the server closes or five seconds have passed."""
    reader, writer = await asyncio.open_connection(*server)
    try:
        async with asyncio.timeout(5):
            sending = asyncio.create_task(_send(writer, parts, pause))
            answer = await reader.read()
            sending.cancel()
            return answer
    finally:
        writer.close()


async def _send(writer: asyncio.StreamWriter, parts: tuple[bytes, ...], pause: float) -> None:
    for part in parts:
        if writer.is_closing():
            return
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(pause)


CLOSE = b"Connection: close\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: w\r\n"


async def test_an_ordinary_request_is_answered_without_naming_the_server(server: Address) -> None:
    answer = await exchange(server, b"GET /v1/things/1 HTTP/1.1\r\nHost: w\r\n" + CLOSE + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"\r\nserver:" not in answer.lower()


async def test_head_sends_no_body_on_the_wire(server: Address) -> None:
    answer = await exchange(server, b"HEAD /v1/things/1 HTTP/1.1\r\nHost: w\r\n" + CLOSE + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"\r\n\r\n")
    assert b"content-length: 15" in answer.lower()


async def test_a_slow_body_is_cut_off(server: Address) -> None:
    parts = [POST + b"Content-Length: 100\r\n\r\n", *[b"x"] * 99]
    answer = await exchange(server, *parts, pause=0.1)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"/problems/request-timeout" in answer


async def test_a_body_that_never_comes_is_cut_off(server: Address) -> None:
    answer = await exchange(server, POST + b"Content-Length: 100\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 408")


async def test_slow_bodies_hold_no_place_among_the_requests_in_flight(server: Address) -> None:
    slow = [asyncio.create_task(exchange(server, POST + b"Content-Length: 100\r\n\r\n")) for _ in range(6)]
    await asyncio.sleep(0.1)
    answer = await exchange(server, b"GET /v1/things/1 HTTP/1.1\r\nHost: w\r\n" + CLOSE + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert all(late.startswith(b"HTTP/1.1 408") for late in await asyncio.gather(*slow))


async def test_a_slow_body_that_is_too_large_is_cut_off_too(server: Address) -> None:
    parts = [POST + b"Content-Length: 5000\r\n\r\n", *[b"x" * 30] * 60]
    answer = await exchange(server, *parts, pause=0.1)
    assert answer.startswith(b"HTTP/1.1 408")


async def test_ten_megabytes_are_refused_so_that_the_sender_can_read_it(server: Address) -> None:
    for head in (b"Content-Length: 10000000\r\n\r\n",):
        answer = await exchange(server, POST + CLOSE + head, *[b"x" * 100_000] * 100)
        assert answer.startswith(b"HTTP/1.1 413")
        assert b"/problems/body-too-large" in answer


async def test_a_caller_that_waits_for_a_go_ahead_is_refused_at_once(server: Address) -> None:
    answer = await exchange(server, POST + b"Expect: 100-continue\r\nContent-Length: 10000000\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"100 Continue" not in answer


async def test_two_hosts_are_refused(server: Address) -> None:
    answer = await exchange(server, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")


async def test_a_length_and_chunks_together_are_refused(server: Address) -> None:
    head = POST + CLOSE + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert (await exchange(server, head)).startswith(b"HTTP/1.1 400")


async def test_a_long_header_is_refused_with_a_problem(server: Address) -> None:
    answer = await exchange(server, b"GET / HTTP/1.1\r\nHost: w\r\nX: " + b"a" * 30_000 + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431")
    assert b"/problems/headers-too-large" in answer


async def test_a_head_without_end_is_cut_off_by_size(server: Address) -> None:
    parts = [b"GET / HTTP/1.1\r\nHost: w\r\n", *[b"X-Y: " + b"a" * 5_000 + b"\r\n"] * 40]
    try:
        answer = await exchange(server, *parts, pause=0.005)
    except ConnectionError:
        return
    assert answer.startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize("parts", [(), (b"GET / HT",), (b"GET / HTTP/1.1\r\n", *[b"X: y\r\n"] * 40)])
async def test_a_head_that_does_not_end_in_time_is_cut_off(server: Address, parts: tuple[bytes, ...]) -> None:
    began = asyncio.get_running_loop().time()
    answer = await exchange(server, *parts, pause=0.1)
    assert answer.startswith(b"HTTP/1.1 408")
    assert asyncio.get_running_loop().time() - began < 3


async def test_a_slow_head_on_a_used_connection_is_cut_off(server: Address) -> None:
    whole = b"GET /v1/things/1 HTTP/1.1\r\nHost: w\r\n\r\n"
    answer = await exchange(server, whole, b"GET / HT", pause=0.2)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 408" in answer


async def test_requests_sent_together_are_all_answered(server: Address) -> None:
    whole = b"GET /v1/things/1 HTTP/1.1\r\nHost: w\r\n\r\n"
    last = b"GET /v1/things/1 HTTP/1.1\r\nHost: w\r\n" + CLOSE + b"\r\n"
    answer = await exchange(server, whole * 20 + last)
    assert answer.count(b"HTTP/1.1 200 OK") == 21


async def test_an_answer_broken_midway_does_not_look_whole(server: Address) -> None:
    answer = await exchange(server, b"GET /broken-midway HTTP/1.1\r\nHost: w\r\n\r\n")
    assert b"first" in answer
    assert not answer.endswith(b"0\r\n\r\n")


async def test_a_caller_that_leaves_does_no_harm(server: Address) -> None:
    _, writer = await asyncio.open_connection(*server)
    writer.write(POST + b"Content-Length: 100\r\n\r\nabc")
    await writer.drain()
    writer.close()
    await asyncio.sleep(0.05)
    answer = await exchange(server, b"GET /livez HTTP/1.1\r\nHost: w\r\n" + CLOSE + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
