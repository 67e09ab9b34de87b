"""Log lines are JSON, ours and the libraries' alike, and hold no values."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from app.telemetry.logs import configure_logging
from app.telemetry.request_id import request_id

UPN = "A123456789012"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    out = io.StringIO()
    configure_logging(stream=out)
    yield out
    configure_logging()


def told(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_our_lines_and_the_librarys_look_alike(lines: io.StringIO) -> None:
    token = request_id.set("r-1")
    structlog.get_logger().warning("ours")
    logging.getLogger("some.library").warning("theirs: %s", "this")
    request_id.reset(token)
    ours, theirs = told(lines)
    assert (ours["event"], ours["level"], ours["request_id"]) == ("ours", "warning", "r-1")
    assert (theirs["event"], theirs["level"], theirs["request_id"]) == ("theirs: this", "warning", "r-1")
    assert theirs["logger"] == "some.library"


def test_an_exception_is_told_without_its_text(lines: io.StringIO) -> None:
    for log in (structlog.get_logger(), logging.getLogger("uvicorn.error")):
        try:
            try:
                raise KeyError(UPN)
            except KeyError as inner:
                raise ExceptionGroup(UPN, [ValueError(UPN), RuntimeError(UPN)]) from inner
        except ExceptionGroup as problem:
            log.error("failed", exc_info=problem)
    assert UPN not in lines.getvalue()
    for line in told(lines):
        types = [part["type"] for part in line["exception"]]
        assert types == [
            "builtins.ExceptionGroup",
            "builtins.ValueError",
            "builtins.RuntimeError",
            "builtins.KeyError",
        ]
        assert "test_logs.py" in line["exception"][0]["frames"][0]


@pytest.mark.parametrize(
    "secret",
    [
        "ap_live_0123456789abcdef_" + "s" * 49,
        "aps_test_0123456789abcdef_" + "s" * 49,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "postgresql://waymark:hunter2@",
        UPN,
    ],
    ids=["an API key", "a client secret", "a token", "a password in an address", "a UPN"],
)
def test_a_library_that_logs_it_is_silenced(lines: io.StringIO, secret: str) -> None:
    logging.getLogger("some.library").error("could not use %s", f"{secret} host")
    assert secret not in lines.getvalue()
    assert "[removed]" in lines.getvalue()


def test_the_servers_own_access_log_is_off(lines: io.StringIO) -> None:
    access = logging.getLogger("uvicorn.access")
    access.info('127.0.0.1 - "GET /v1/x?name=Amy HTTP/1.1" 200')
    assert not access.propagate
    assert lines.getvalue() == ""


def test_the_servers_own_lines_are_ours(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 1)
    assert told(lines)[0]["event"] == "Started server process [1]"
