"""What holds for every request, whatever it asks."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient, Response
from psycopg.errors import DeadlockDetected

from app.access.audit import record_audit
from app.web import edge
from tests.ledger import Ledger
from tests.world import World


async def test_an_anonymous_caller_is_refused(http: AsyncClient) -> None:
    response = await http.get("/v1/me")
    assert response.status_code == 401
    assert response.json()["type"] == "/problems/unauthenticated"


async def test_a_key_says_who_it_is(world: World) -> None:
    response = await world.provider.get("/v1/me")
    assert response.status_code == 200
    assert response.json()["organisation_id"] == str(world.provider.id)
    assert response.json()["today"] == "2026-11-24"


async def test_a_token_says_who_it_is(world: World, http: AsyncClient) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": str(world.school.client_id),
        "client_secret": world.school.client_secret,
        "scope": "placements:read",
    }
    token = await http.post("/v1/oauth/token", data=form)
    assert token.status_code == 200, token.text
    bearer = {"Authorization": f"Bearer {token.json()['access_token']}"}
    me = await http.get("/v1/me", headers=bearer)
    assert me.json()["scopes"] == ["placements:read"]


async def test_a_request_run_again_came_once(world: World, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    await ledger.sql("update sandboxes set stands_at = null where id = :id", id=world.sandbox_id)
    came_at = datetime(2026, 11, 24, 9, 29, 59, tzinfo=UTC)
    readings = iter([came_at, came_at + timedelta(seconds=2), came_at + timedelta(seconds=4)])
    audit = record_audit

    async def in_the_way_at_first(*given: Any, **named: Any) -> None:
        failure = next(failures, None)
        if failure is not None:
            raise failure
        await audit(*given, **named)

    monkeypatch.setattr("app.web.rates.monotonic", lambda: 1e9)  # nothing is refilled meanwhile
    before = left(await world.provider.get("/v1/me"))
    failures = iter([DeadlockDetected(), DeadlockDetected()])
    monkeypatch.setattr(edge, "utc_now", lambda: next(readings))
    monkeypatch.setattr(edge, "record_audit", in_the_way_at_first)
    answer = await world.provider.get("/v1/sandbox/clock")
    assert answer.status_code == 200, answer.text
    assert answer.json()["now"] == "2026-11-24T09:29:59Z"
    assert next(failures, None) is None
    assert before - left(answer) == 1


def left(answer: Response) -> int:
    """What the rate has left."""
    found = re.search(r";r=(\d+);", answer.headers["RateLimit"])
    assert found is not None
    return int(found[1])
