"""What a change is judged by, and in which order: what the caller may see, its part in it, its version, its state."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import Response

from app.db.embedded_database import Addresses
from tests.attendance_days import owner
from tests.guards.estate import Estate, make_estate
from tests.world import TIMETABLE, Party

STALE = '"9-0000000000000000"'
FOUND = {"found_at": "2026-11-24T08:00:00Z", "found_by": "R. Patel", "safe": True}
CHANGES: list[tuple[str, str, str, Any]] = [
    ("council", "/v1/placements/{placements}", "withdrawal", None),
    ("council", "/v1/absconding-alerts/{absconding-alerts}", "closure", {"note": "Home"}),
    ("provider", "/v1/progress-reports/{progress-reports}", "submission", None),
    ("provider", "/v1/suspensions/{suspensions}", "withdrawal", None),
    ("provider", "/v1/termination-notices/{termination-notices}", "withdrawal", None),
    ("council", "/v1/qa-visits/{qa-visits}", "publication", None),
    ("council", "/v1/qa-actions/{qa-actions}", "closure", None),
    ("council", "/v1/toolkit-assessments/{toolkit-assessments}", "completion", None),
]


@pytest.fixture(scope="module")
async def estate(app: FastAPI, database: Addresses) -> AsyncIterator[Estate]:
    """Everything in a state in which the verbs above are not possible."""
    async with make_estate(app, database.owner) as made:
        provider, ids = made.world.provider, made.ids
        await provider.act(f"/v1/suspensions/{ids['suspensions']}", "withdrawal")
        await provider.act(f"/v1/progress-reports/{ids['progress-reports']}", "submission")
        yield made


async def act(party: Party, path: str, verb: str, body: Any, etag: str) -> Response:
    headers = {"If-Match": etag, "Idempotency-Key": str(uuid4())}
    return await party.http.post(f"{path}/{verb}", json=body, headers=headers)


@pytest.mark.parametrize(("who", "template", "verb", "body"), CHANGES, ids=lambda v: v if isinstance(v, str) else "")
async def test_who_read_another_version_learns_that_first(
    estate: Estate, who: str, template: str, verb: str, body: Any
) -> None:
    party, path = getattr(estate.world, who), template.format(**estate.ids)
    fresh = await party.act(path, verb, body)
    assert (fresh.status_code, fresh.json()["type"]) == (409, "/problems/rule-refused"), fresh.text
    stale = await act(party, path, verb, body, STALE)
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/precondition-failed")


async def test_answers_of_a_submitted_report_are_judged_in_the_same_order(estate: Estate) -> None:
    path = f"/v1/progress-reports/{estate.ids['progress-reports']}"
    etag = (await estate.world.provider.get(path)).headers["ETag"]
    for sent, status in ((etag, 409), (STALE, 412)):
        answer = await estate.world.provider.http.put(
            f"{path}/answers", json={"answers": {}}, headers={"If-Match": sent}
        )
        assert answer.status_code == status, answer.text


async def test_a_timetable_is_changed_by_who_knows_the_placement(estate: Estate) -> None:
    path = f"/v1/placements/{estate.ids['placements']}"
    body = {"applies_from": "2026-11-30", "slots": TIMETABLE}
    without = await estate.world.provider.post(f"{path}/timetables", body)
    assert without.status_code == 428
    stale = await act(estate.world.provider, path, "timetables", body, STALE)
    assert stale.status_code == 412
    assert (await estate.world.provider.act(path, "timetables", body)).status_code == 201


@pytest.mark.parametrize(
    ("template", "verb", "body"),
    [
        ("/v1/placements/{placements}", "withdrawal", None),
        ("/v1/placements/{placements}", "timetables", {"applies_from": "2026-12-07", "slots": TIMETABLE}),
        ("/v1/progress-reports/{progress-reports}", "acceptance", None),
        ("/v1/absconding-alerts/{absconding-alerts}", "resolution", FOUND),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
async def test_who_only_watches_is_told_so(
    estate: Estate, database: Addresses, template: str, verb: str, body: Any
) -> None:
    watcher, path = estate.world.other_council, template.format(**estate.ids)
    with owner(database) as connection:
        connection.execute(
            "insert into placement_viewers (organisation_id, placement_id, basis) values (%s, %s, 'home_council')"
            " on conflict do nothing",
            [watcher.id, estate.ids["placements"]],
        )
    assert (await watcher.get(path)).status_code == 200
    answer = await watcher.act(path, verb, body)
    assert (answer.status_code, answer.json().get("rule")) == (409, "not_a_party"), answer.text
